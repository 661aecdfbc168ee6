// A file that arrives in pieces, as the store gives it and takes it.

import type { CreatingKey } from '../keys/key-quota.ts';

export interface UploadRecord {
  id: string;
  /** Of the whole file. */
  length: number;
  /** Bytes that have arrived, from the first on. */
  received: number;
  /** What its sender says of it. */
  metadata: string | null;
  createdAt: Date;
  expiresAt: Date;
}

export interface NewUpload extends Pick<UploadRecord, 'id' | 'length' | 'metadata'> {
  /** The API key that creates it. */
  key?: CreatingKey | null;
}

export interface UploadStore {
  /** Throws Problem `limit_exceeded` or `insufficient_storage` where there is no room for the whole file. */
  create(upload: NewUpload): Promise<UploadRecord>;
  /** Null where there is none, or none any more. */
  get(id: string): Promise<UploadRecord | null>;
  /** Commits a piece that begins at byte `at`; null, and nothing is kept, where that is no longer the next one. */
  append(id: string, at: number, piece: Uint8Array): Promise<UploadRecord | null>;
  /** What has arrived. Throws Problem `not_found`. */
  read(id: string): AsyncIterable<Buffer>;
  /** The bytes that this freed; null where there is none. */
  delete(id: string): Promise<number | null>;
}
