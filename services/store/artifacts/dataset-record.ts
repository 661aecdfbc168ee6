// A dataset as the store gives it and takes it. Its table is one artifact.

import type { DatasetInfo, Preview } from '#contracts/datasets/dataset.ts';
import type { KeepReply } from '../interface.ts';
import type { CreatingKey } from '../keys/key-quota.ts';
import type { Page, Paged } from '../page.ts';

/** The first rows as they were typed. */
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
  /** The upload that it is made from: deleted with the same commit. */
  upload?: string | null;
  /** The encoded table (training/data/table.ts). */
  table: Uint8Array | AsyncIterable<Uint8Array>;
}

export interface DatasetStore {
  /** Throws KeyTaken where another request has used the key of `keep`, Problem `not_found` where the upload is gone. */
  create(dataset: NewDataset, keep?: KeepReply<DatasetRecord>): Promise<DatasetRecord>;
  get(id: string): Promise<DatasetRecord | null>;
  preview(id: string): Promise<DatasetPreview | null>;
  /** What was kept of its figures; null where nothing was. */
  stats(id: string): Promise<unknown>;
  /** Keeps them with the dataset, where it is still there. */
  keepStats(id: string, stats: object): Promise<void>;
  /** Newest first. */
  list(page: Page): Promise<Paged<DatasetRecord>>;
  /** The bytes that this freed. Throws Problem `not_found`, or `dataset_in_use` while an unfinished job needs it. */
  delete(id: string): Promise<number>;
}
