// Records, one object per row, as a table: its columns are the keys of the first records.

import { formatPath } from '#contracts/problems.ts';
import type { ColumnChoice } from '../columns/columns.ts';
import type { Cell } from '../columns/read-column.ts';
import { cellOf, nestedProblem } from '../columns/typed-cell.ts';
import type { ReadTable } from '../table.ts';
import { type RowsOf, TableRows } from '../table-rows.ts';
import type { Noted } from './noted.ts';

/** A key that first appears after this many rows is an error. */
const FIRST = 1_000;

type Row = Readonly<Record<string, unknown>>;

export class RecordsTable {
  readonly #rows: TableRows;
  #first: { record: Row; line: number }[] | null = [];
  #names: readonly string[] = [];
  #places = new Map<string, number>();

  constructor(of: RowsOf, choice: ColumnChoice, noted: Noted) {
    this.#rows = new TableRows(of, choice, noted);
  }

  add(record: unknown, line: number): void {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      const message = `row ${line}: must be an object whose keys are the column names`;
      this.#rows.refuse({ param: formatPath(['rows', line]), code: 'invalid_type', message }, line);
      return;
    }
    if (this.#first === null) this.#row(record as Row, line);
    else if (this.#first.push({ record: record as Row, line }) === FIRST) this.#begin();
  }

  async finish(): Promise<ReadTable> {
    if (this.#first !== null && this.#first.length > 0) this.#begin();
    return this.#rows.finish();
  }

  #begin(): void {
    const first = this.#first ?? [];
    this.#first = null;
    this.#names = [...new Set(first.flatMap(({ record }) => Object.keys(record)))];
    this.#places = new Map(this.#names.map((name, i) => [name, i]));
    this.#rows.columns(this.#names);
    for (const { record, line } of first) this.#row(record, line);
  }

  #row(record: Row, line: number): void {
    const cells: Cell[] = new Array(this.#names.length).fill('');
    for (const [name, value] of Object.entries(record)) {
      const place = this.#places.get(name);
      if (place === undefined) {
        this.#rows.refuseCell(line, name.slice(0, 100), `none of the first ${FIRST} rows has such a column`);
        continue;
      }
      const cell = cellOf(value);
      if (typeof cell !== 'object') cells[place] = cell;
      else if (this.#rows.uses(place)) this.#rows.refuseCell(line, name, nestedProblem(cell.nested));
    }
    this.#rows.row(cells, line);
  }
}
