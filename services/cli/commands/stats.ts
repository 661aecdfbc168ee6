// epochd stats DATASET: what a dataset looks like, a line for each column.

import type { ColumnStats } from '#contracts/dataset-stats.ts';
import type { AddCommand } from '../command.ts';
import { formatTable } from '../terminal/table.ts';

/** Five significant digits are enough to look at. */
const short = (value: number | null) => (value === null ? '' : String(Number(value.toPrecision(5))));

function row({ name, type, missing, distinct, mean, std, min, max, frequent }: ColumnStats) {
  const most = frequent
    .slice(0, 3)
    .map(({ value, count }) => `${String(value).slice(0, 20)} ×${count}`)
    .join(', ');
  return [name ?? 'target', type, missing, distinct ?? '', ...[mean, std, min, max].map(short), most];
}

export const stats: AddCommand = (program, run) => {
  program
    .command('stats <dataset>')
    .description(
      'what a dataset looks like: every column in figures, and what is worth a look before training',
    )
    .action(
      run(async ({ client, json, emit, print, paint }, id: string) => {
        const found = await client.datasets.stats(id);
        if (json) {
          emit(found);
          return undefined;
        }
        const { columns, columns_omitted: omitted, target, inputs, targets, warnings } = found;
        const headings = [
          'COLUMN',
          'TYPE',
          'MISSING',
          'DISTINCT',
          'MEAN',
          'STD',
          'MIN',
          'MAX',
          'MOST FREQUENT',
        ];
        const rows = [...columns.map(row), ...(target === null ? [] : [row(target)])];
        if (rows.length > 0) for (const line of formatTable(headings, rows)) print(line);
        if (omitted > 0) print(`and ${omitted} more columns`);
        for (const [name, array] of Object.entries({ inputs, targets })) {
          if (array === null) continue;
          const { shape, min, max, mean, std } = array;
          const figures = `${short(min)} … ${short(max)}, mean ${short(mean)}, std ${short(std)}`;
          print(`${name} [${found.samples}${shape.map((size) => `, ${size}`).join('')}]: ${figures}`);
        }
        for (const { message } of warnings) print(paint('yellow', message));
        return undefined;
      }),
    );
};
