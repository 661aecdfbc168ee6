// Whether an uploaded file is a plain text for a language model rather than a table: by its `format` field, or else by its name and the
// other fields.

import type { UploadFields } from '#contracts/datasets/dataset.ts';
import type { UploadedFile } from './upload.ts';

/** Fields that apply only to tables. */
const OF_TABLES = ['target', 'features', 'header', 'delimiter', 'decimal', 'types', 'split'] as const;

/** The fields, with `format` set if the file is plain text. */
export function withFormat<F extends UploadFields>(files: ReadonlyMap<string, UploadedFile>, fields: F): F {
  const file = files.get('file');
  if (fields.format !== undefined || file === undefined) return fields;
  if (OF_TABLES.some((field) => fields[field] !== undefined)) return fields;
  const name = file.filename?.toLowerCase() ?? '';
  const isText = name.endsWith('.txt') || (file.type === 'text/plain' && !/\.[a-z]{1,8}$/.test(name));
  return isText ? { ...fields, format: 'text' } : fields;
}
