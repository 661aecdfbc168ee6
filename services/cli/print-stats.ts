// Prints the statistics of a dataset: a line per column, then warnings.

import type { ColumnStats, DatasetStats } from '#contracts/datasets/dataset-stats.ts';
import type { CliContext } from './context.ts';
import { formatTable } from './terminal/table.ts';

/** Five significant digits suffice for display. */
const short = (value: number | null) => (value === null ? '' : String(Number(value.toPrecision(5))));

const HEADINGS = ['COLUMN', 'TYPE', 'MISSING', 'DISTINCT', 'MEAN', 'STD', 'MIN', 'MAX', 'MOST FREQUENT'];

function row({ name, type, missing, distinct, mean, std, min, max, frequent }: ColumnStats) {
  const most = frequent
    .slice(0, 3)
    .map(({ value, count }) => `${value === '' ? '(empty)' : String(value).slice(0, 20)} ×${count}`)
    .join(', ');
  return [name ?? 'target', type, missing, distinct ?? '', ...[mean, std, min, max].map(short), most];
}

export function printStats(
  { print, paint }: CliContext,
  found: Omit<DatasetStats, 'object' | 'dataset_id' | 'examples'>,
): void {
  const { columns, columns_omitted: omitted, target, inputs, targets, warnings } = found;
  const rows = [...columns.map(row), ...(target === null ? [] : [row(target)])];
  if (rows.length > 0) for (const line of formatTable(HEADINGS, rows)) print(line);
  if (omitted > 0) print(`and ${omitted} more columns`);
  for (const [name, array] of Object.entries({ inputs, targets })) {
    if (array === null) continue;
    const { shape, min, max, mean, std } = array;
    const figures = `${short(min)} … ${short(max)}, mean ${short(mean)}, std ${short(std)}`;
    print(`${name} [${found.samples}${shape.map((size) => `, ${size}`).join('')}]: ${figures}`);
  }
  for (const { message } of warnings) print(paint('yellow', message));
}
