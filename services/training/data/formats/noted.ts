// What is learned about a file while it is read: inspection reports it, even if the file is refused in the end.

import type { TablePreview } from '../table.ts';
import type { Dialect } from './dialect.ts';
import type { Encoding } from './encoding.ts';

export type FileFormat = 'csv' | 'npy' | 'npz' | 'json' | 'jsonl' | 'parquet' | 'arrow' | 'text' | 'images';

export interface Noted {
  format?: FileFormat;
  dialect?: Dialect & { readonly encoding: Encoding; readonly header: boolean };
  /** Column names, and the first rows as given. */
  preview?: TablePreview;
}
