// A language model job over a text.

import { expect } from 'vitest';
import type { Detail } from '#contracts/errors.ts';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import type { StoredTable } from '#training/data/table.ts';
import { type ValidJob, validateJob } from '#training/job/validate.ts';
import { readText } from '#training/text/read-text.ts';

export async function* piecesOf(bytes: Uint8Array, size = 1_000_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export const bytesOf = (text: string) => new TextEncoder().encode(text);

export async function textTable(text: string): Promise<StoredTable> {
  return (await readText(piecesOf(bytesOf(text)), {})).table;
}

export const LSTM_LAYERS = [
  { type: 'Embedding', embedding_dim: 8 },
  { type: 'LSTM', hidden_size: 12, return: 'sequence' },
  { type: 'Linear' },
  { type: 'Permute', dims: [0, 2, 1] },
];

export interface Said {
  preprocess?: unknown;
  training?: object;
  layers?: unknown[];
  model?: object;
}

export async function check(
  table: StoredTable,
  { preprocess, training = {}, layers = LSTM_LAYERS, model = {} }: Said = {},
): Promise<{ details: Detail[]; job: ValidJob | null }> {
  return validateJob(
    {
      model: { layers, ...model },
      dataset: 'ds_',
      training: { loss: 'CrossEntropyLoss', epochs: 1, batch_size: 4, ...training },
      ...(preprocess === undefined ? {} : { preprocess }),
    },
    async () => table.info,
  );
}

export async function languageJob(
  text: string,
  said: Said = {},
): Promise<{ spec: JobSpec; table: StoredTable }> {
  const table = await textTable(text);
  const { details, job } = await check(table, said);
  expect(details).toEqual([]);
  return { spec: { ...job!.spec, dataset: 'ds_' }, table };
}
