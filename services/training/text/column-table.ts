// The table of token ids of a text column. Its vocabulary is fitted on the training rows only.

import type { JobSpec } from '#contracts/jobs/job-api.ts';
import { preprocessOf } from '#contracts/training/training.ts';
import { tableInMemory } from '../data/rows/job-table.ts';
import { splitRows } from '../data/rows/split.ts';
import type { StoredTable } from '../data/table.ts';
import { textColumnOf, tokenInfo } from './column-job.ts';
import { textAt } from './texts.ts';
import { fitVocabulary, textEncoder } from './vocabulary.ts';
import type { TokenTable } from './window-table.ts';

/** Null if the job does not learn from a text column. */
export function columnTable(spec: JobSpec, table: StoredTable): TokenTable | null {
  const column = textColumnOf(table.info);
  const { tokens, max_length: length, vocabulary: size } = preprocessOf(spec.preprocess);
  const { texts } = table;
  if (column === null || texts === undefined) return null;
  if (tokens === undefined || length === undefined || size === undefined)
    throw new Error('the job has no text settings');
  const vocabulary = fitVocabulary(
    texts,
    splitRows(tableInMemory(table), spec.training, spec.seed).train,
    tokens,
  );
  const encode = textEncoder(vocabulary, length);
  const count = texts.ends.length;
  const inputs = new Int32Array(count * length);
  for (let i = 0; i < count; i++) encode(textAt(texts, i), inputs, i * length);
  const { columns = [] } = table.info;
  const ignored = columns.filter(({ type }) => type === 'ignore').map(({ name }) => name);
  const { texts: _, ...rest } = table;
  return {
    ...rest,
    info: tokenInfo(table.info, column, length, size),
    inputs,
    card: { column: { name: column.name, vocabulary, length, ignored } },
    note: null,
  };
}
