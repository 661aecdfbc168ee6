// The table that a job's network reads: the dataset itself, or a text or series cut into windows.

import type { JobSpec } from '#contracts/jobs/job-api.ts';
import { preprocessOf } from '#contracts/training/training.ts';
import { allInMemory, type JobTable, tableInMemory } from '../data/rows/job-table.ts';
import type { StoredTable } from '../data/table.ts';
import { windowsOfJob } from '../series/materialise.ts';
import { textColumnOf } from '../text/column-job.ts';
import { columnTable } from '../text/column-table.ts';
import { type TokenTable, windowTable } from '../text/window-table.ts';

export type PreparedTable = JobTable &
  Partial<Pick<TokenTable, 'card' | 'note'>> &
  Pick<StoredTable, 'series'>;

/** A text or a series becomes windows, which are all in memory. */
export function preparedTable(spec: JobSpec, given: StoredTable | JobTable): PreparedTable {
  const { info } = given;
  const isCut = preprocessOf(spec.preprocess).series !== undefined && info.windows === undefined;
  const isText = info.text !== undefined || textColumnOf(info) !== null;
  if (!isText && !isCut) return 'filler' in given ? given : prepared(given);
  const table = 'filler' in given ? allInMemory(given) : given;
  const tokens = columnTable(spec, table);
  if (tokens !== null) return prepared(tokens);
  return prepared(info.text === undefined ? windowsOfJob(spec, table) : windowTable(spec, table));
}

function prepared(table: StoredTable | TokenTable): PreparedTable {
  const { series } = table;
  const text = 'card' in table ? { card: table.card, note: table.note } : {};
  return { ...tableInMemory(table), ...text, ...(series && { series }) };
}
