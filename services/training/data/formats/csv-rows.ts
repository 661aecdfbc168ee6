// The rows of a CSV by line number; the first line names the columns.

import type { Info } from 'csv-parse';
import { type ColumnChoice, headerWarning, namesFor } from '../columns/columns.ts';
import { TableRows } from '../table-rows.ts';
import type { Noted } from './noted.ts';

export class CsvRows extends TableRows {
  readonly #named: boolean;
  #lastLine = 0;
  #emptyLines = 0;

  constructor(choice: ColumnChoice, noted: Noted = {}) {
    const named = choice.header !== 'false';
    const counted = `rows are lines of the file${named ? ', the header is line 1' : ''}`;
    super({ source: 'csv', counted }, choice, noted);
    this.#named = named;
  }

  line(cells: string[], info: Info): void {
    // A quoted cell may span lines: the row is numbered by its first one.
    const line = this.#lastLine + 1 + (info.empty_lines - this.#emptyLines);
    this.#lastLine = info.lines;
    this.#emptyLines = info.empty_lines;
    if (!this.hasColumns) {
      this.columns(this.#named ? cells : namesFor(cells), this.#named ? headerWarning(cells) : null);
      if (this.#named) return;
    }
    this.row(cells, line);
  }
}
