// Predictable series, and jobs that learn them.

import { Readable } from 'node:stream';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import type { ColumnChoice } from '#training/data/columns/columns.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { joinTables } from '#training/data/rows/join.ts';
import type { StoredTable } from '#training/data/table.ts';
import { validateJob } from '#training/job/validate.ts';
import { findWindowsIn } from '#training/series/found.ts';

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** Twelve years of months with a trend and a season, like passenger numbers. */
export const flights = Array.from({ length: 144 }, (_, i) => ({
  year: 1949 + Math.floor(i / 12),
  month: MONTHS[i % 12]!,
  passengers: Math.round(110 + 2.5 * i + 0.25 * (110 + 2.5 * i) * Math.sin((2 * Math.PI * (i - 3)) / 12)),
}));

export async function tableOf(text: string, choice: ColumnChoice = {}): Promise<StoredTable> {
  const { table, info } = await readCsv(Readable.from([Buffer.from(text)]), choice);
  return { ...table, info };
}

export const csv = (records: readonly Readonly<Record<string, unknown>>[]): string => {
  const names = Object.keys(records[0]!);
  return [
    names.join(','),
    ...records.map((record) => names.map((name) => record[name] ?? '').join(',')),
  ].join('\n');
};

export async function check(
  table: StoredTable,
  series: unknown,
  over: { training?: object; model?: object; preprocess?: object; held?: Record<string, StoredTable> } = {},
) {
  const held = over.held ?? {};
  const outputs = Number((series as { horizon?: number }).horizon ?? 1);
  return validateJob(
    {
      model: { layers: ['Flatten', { type: 'Linear', out_features: outputs }], ...over.model },
      dataset: 'ds_own',
      training: {
        loss: 'MSELoss',
        optimizer: { type: 'Adam', lr: 0.01 },
        epochs: 30,
        batch_size: 16,
        ...over.training,
      },
      preprocess: { ...over.preprocess, series },
    },
    async (id) => (id === 'ds_own' ? table.info : (held[id]?.info ?? null)),
    undefined,
    async (asked) => {
      const { validation, test } = asked.training;
      const of = (part: typeof test) => (part !== null && 'dataset' in part ? held[part.dataset] : undefined);
      const [val, last] = [of(validation), of(test)];
      return findWindowsIn(
        joinTables(table, { ...(val && { validation: val }), ...(last && { test: last }) }),
        asked,
      );
    },
  );
}

export async function specOf(...args: Parameters<typeof check>): Promise<JobSpec> {
  const { details, job } = await check(...args);
  if (job === null) throw new Error(JSON.stringify(details));
  return { ...job.spec, dataset: 'ds_own' };
}
