// A dataset record in the API's form.

import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { DatasetRecord } from '#store/artifacts/dataset-record.ts';

export function presentDataset(record: DatasetRecord): Dataset {
  return {
    id: record.id,
    object: 'dataset',
    name: record.name,
    created_at: record.createdAt.toISOString(),
    bytes: record.bytes,
    sha256: record.sha256,
    ...record.info,
  };
}
