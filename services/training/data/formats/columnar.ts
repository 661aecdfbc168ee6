// From column-oriented files (Parquet, Arrow) to rows of a table: nested columns are refused by path if they are used, and a file may not
// decompress to more than a table may hold.

import type { ColumnChoice } from '../columns/columns.ts';
import type { Cell } from '../columns/read-column.ts';
import { cellOf, nestedProblem } from '../columns/typed-cell.ts';
import type { ReadTable } from '../table.ts';
import { TableRows } from '../table-rows.ts';
import { fileProblem } from './file-problem.ts';
import type { Noted } from './noted.ts';

const MAX_CELLS = 2 ** 27;
/** Index columns that pandas writes along with a table. */
const INDEX = /^__index_level_\d+__$/;

export interface FileColumn {
  readonly name: string;
  /** The path of the first nested leaf, and what the column holds; null for plain values. */
  readonly nested: { readonly path: string; readonly what: string } | null;
}

/** Rows `first` to `first + rows`, read one column at a time. */
export interface Group {
  readonly first: number;
  readonly rows: number;
  read(column: number): Promise<ArrayLike<unknown>>;
}

export async function readColumnar(
  source: 'parquet' | 'arrow',
  columns: readonly FileColumn[],
  samples: number,
  groups: Iterable<Group>,
  choice: ColumnChoice,
  noted: Noted,
): Promise<ReadTable> {
  const kept = [...columns.keys()].filter((i) => !INDEX.test(columns[i]!.name));
  if (samples * kept.length > MAX_CELLS) {
    const message = `${samples} rows of ${kept.length} columns, the limit is ${MAX_CELLS} cells`;
    throw fileProblem('too_big', message);
  }
  const table = new TableRows({ source, counted: 'rows are counted from 0' }, choice, noted);
  table.columns(kept.map((i) => columns[i]!.name));
  const used = kept.map((_, place) => table.uses(place));
  for (const [place, i] of kept.entries()) {
    const { name, nested } = columns[i]!;
    if (nested === null || !used[place]) continue;
    const message = `column "${name}": ${nestedProblem(nested.what)} (${nested.path})`;
    table.refuse({ param: `columns.${nested.path}`, code: 'nested', message });
  }
  if (table.isRefused) return table.finish();
  for (const group of groups) {
    const values: (ArrayLike<unknown> | null)[] = [];
    for (const [place, i] of kept.entries()) values.push(used[place] ? await group.read(i) : null);
    for (let row = 0; row < group.rows; row++) {
      const cells = values.map((column, place): Cell => {
        const cell = column === null ? '' : cellOf(column[row]);
        if (typeof cell !== 'object') return cell;
        table.refuseCell(group.first + row, columns[kept[place]!]!.name, nestedProblem(cell.nested));
        return '';
      });
      table.row(cells, group.first + row);
    }
  }
  return table.finish();
}
