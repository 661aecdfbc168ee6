// A dataset as the store's interface represents it. Its table is one artifact.

import type { DatasetInfo, Preview } from '#contracts/datasets/dataset.ts';
import type { KeepReply } from '../interface.ts';
import type { CreatingKey } from '../keys/key-quota.ts';
import type { Page, Paged } from '../page.ts';

/** The first rows, as the user provided them. */
export type DatasetPreview = Pick<Preview, 'columns' | 'rows'>;

export interface DatasetRecord {
  id: string;
  name: string | null;
  createdAt: Date;
  bytes: number;
  sha256: string;
  info: DatasetInfo;
  /** For `artifacts.read`. */
  artifact: string;
}

export interface NewDataset {
  id: string;
  name: string | null;
  info: DatasetInfo;
  preview: DatasetPreview;
  /** The API key that creates it. */
  key?: CreatingKey | null;
  /** The upload it is made from, deleted in the same transaction. */
  upload?: string | null;
  /** The encoded table (training/data/table.ts). */
  table: Uint8Array | AsyncIterable<Uint8Array>;
}

export interface DatasetStore {
  /** Throws KeyTaken if another request has used the key of `keep`, Problem `not_found` if the upload no longer exists. */
  create(dataset: NewDataset, keep?: KeepReply<DatasetRecord>): Promise<DatasetRecord>;
  get(id: string): Promise<DatasetRecord | null>;
  preview(id: string): Promise<DatasetPreview | null>;
  /** The cached statistics, or null. */
  stats(id: string): Promise<unknown>;
  /** Caches statistics; does nothing if the dataset has been deleted. */
  keepStats(id: string, stats: object): Promise<void>;
  /** Newest first. */
  list(page: Page): Promise<Paged<DatasetRecord>>;
  /** Returns the bytes freed. Throws Problem `not_found`, or `dataset_in_use` while an unfinished job needs it. */
  delete(id: string): Promise<number>;
}
