// A resumable upload as the store's interface represents it.

import type { CreatingKey } from '../keys/key-quota.ts';

export interface UploadRecord {
  id: string;
  /** Of the complete file, in bytes. */
  length: number;
  /** Bytes received so far, contiguous from the start. */
  received: number;
  /** Metadata supplied by the client. */
  metadata: string | null;
  createdAt: Date;
  expiresAt: Date;
}

export interface NewUpload extends Pick<UploadRecord, 'id' | 'length' | 'metadata'> {
  /** The API key that creates it. */
  key?: CreatingKey | null;
}

export interface UploadStore {
  /** Throws Problem `limit_exceeded` or `insufficient_storage` if the complete file would not fit. */
  create(upload: NewUpload): Promise<UploadRecord>;
  /** Null if it does not exist (any more). */
  get(id: string): Promise<UploadRecord | null>;
  /** Commits a piece that starts at byte `at`; null, with nothing stored, if `at` is no longer the next byte. */
  append(id: string, at: number, piece: Uint8Array): Promise<UploadRecord | null>;
  /** The bytes received so far. Throws Problem `not_found`. */
  read(id: string): AsyncIterable<Buffer>;
  /** The bytes freed; null if it does not exist. */
  delete(id: string): Promise<number | null>;
}
