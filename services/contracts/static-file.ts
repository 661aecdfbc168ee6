// A file of the dashboard, with its bytes in every encoding that browsers accept.

export interface StaticFile {
  /** Such as / or /assets/app-5F2K.js. */
  readonly path: string;
  /** Content-Type */
  readonly type: string;
  readonly plain: Uint8Array;
  readonly gzip: Uint8Array;
  readonly brotli: Uint8Array;
  /** Of the content; files with it in their name are served as immutable. */
  readonly hash: string;
}
