// A file of the dashboard, with its bytes in every encoding that browsers accept.

export interface StaticFile {
  /** /, /assets/app-5F2K.js */
  readonly path: string;
  /** The content-type. */
  readonly type: string;
  readonly plain: Uint8Array;
  readonly gzip: Uint8Array;
  readonly brotli: Uint8Array;
  /** Of the content: names with it are served as never changing. */
  readonly hash: string;
}
