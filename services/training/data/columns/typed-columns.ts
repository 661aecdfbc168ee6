// The feature columns of a table while it is read: one number is kept per cell; at the end each column gets its type, and each cell its
// raw value (see raw.ts).

import type { Column } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import { LIMITS } from '#contracts/limits.ts';
import type { Warning } from '#contracts/warnings.ts';
import { scanTexts } from '../../text/scan-texts.ts';
import { TextCells, type Texts, textAt } from '../../text/texts.ts';
import { inputsOf } from '../encoders/inputs.ts';
import { cellNumber, type ReadNumber } from '../formats/cell.ts';
import { fileProblem } from '../formats/file-problem.ts';
import { NumberBlocks } from '../rows/number-blocks.ts';
import type { DeclaredType } from './column-types.ts';
import { columnOf, isProse, partsOf } from './found-type.ts';
import { type Cell, MAX_CATEGORIES, ReadColumn } from './read-column.ts';

/**
 * Limit on the cells of a table and on its network inputs: 2 GiB of doubles, all in memory while a text file is read. One short cell can
 * become a thousand inputs.
 */
const MAX_NUMBERS = 2 ** 28;

export class TypedColumns {
  readonly #columns: readonly ReadColumn[];
  readonly #values = new NumberBlocks();
  /** The column that is or may turn out to be text; its cells are kept while it may. */
  readonly #textAt: number;
  #texts: TextCells | null;
  #rows = 0;
  /** Types of all columns, set once all rows are read. */
  #resolved: readonly Column[] | null = null;

  constructor(declared: readonly DeclaredType[], read: ReadNumber = cellNumber) {
    this.#columns = declared.map((column) => new ReadColumn(column, read));
    const [only] = this.#columns;
    if (only !== undefined) only.alone = declared.length === 1;
    this.#textAt = declared.findIndex(
      ({ type }) => type === 'text' || (type === 'auto' && declared.length === 1),
    );
    this.#texts = this.#textAt < 0 ? null : new TextCells();
  }

  /** @param places indices of the features in the row */
  push(cells: readonly Cell[], places: readonly number[], line: number): void {
    this.#rows++;
    if (this.#rows * places.length > MAX_NUMBERS) {
      const message = `more than ${MAX_NUMBERS} cells in ${places.length} columns, the limit, are reached in row ${line}; "features" chooses columns`;
      throw fileProblem('too_big', message);
    }
    for (let i = 0; i < places.length; i++) {
      const cell = cells[places[i]!]!;
      this.#values.push(this.#columns[i]!.push(cell, line));
      if (i !== this.#textAt || this.#texts === null) continue;
      if (this.#columns[i]!.numbers > 0) this.#texts = null;
      else this.#texts.push(String(cell));
    }
  }

  /** Reports the columns that cannot be learned from. */
  check(
    refuse: (detail: Detail) => void,
    refuseCell: (line: number, column: string, why: string) => void,
    refuseMore: (count: number) => void,
  ): void {
    const columns = this.#resolveTypes();
    for (const [i, { type, name }] of columns.entries()) {
      const column = this.#columns[i]!;
      const param = `types.${name}`;
      if (type === 'category' && column.tooMany) {
        const message = `column "${name}" contains more than ${MAX_CATEGORIES} different texts: too many for categories; "ignore" leaves it out`;
        refuse({ param, code: 'too_many_categories', message });
      }
      if (type === 'datetime' && column.orders.length !== 1) {
        const message =
          column.orders.length === 0
            ? `column "${name}" contains texts that are not dates such as 2024-03-01, 2024-03-01T12:30:00Z, 1.3.2024 or 3/1/2024`
            : `column "${name}" does not distinguish days from months: set "datetime:dmy" or "datetime:mdy", or write 2024-03-01`;
        refuse({ param, code: 'not_dates', message });
      }
      if (type === 'text') {
        this.#checkText(column, columns, refuse);
        if (column.declared.type !== 'text') continue;
      }
      // An inferred type fits every text, so bad cells exist only if the type was declared.
      const ofCells = type === 'boolean' || type === 'ordinal' || type === 'text';
      if (type !== 'number' && !(column.declared.type === type && ofCells)) continue;
      for (const { line, why } of column.bad) refuseCell(line, name, why);
      refuseMore(column.badCount - column.bad.length);
      if (type === 'number' && column.numbers === 0 && column.badCount === 0) {
        refuse({ param, code: 'empty', message: `column "${name}" contains no numbers` });
      }
    }
    const width = columns.reduce((sum, column) => sum + inputsOf(column).length, 0);
    if (width === 0) {
      const message = 'no feature column is left: all are ignored; set their types in "types"';
      refuse({ param: 'types', code: 'too_small', message });
    }
    if (width > LIMITS.columns || width * this.#rows > MAX_NUMBERS) {
      const message = `the columns become ${width} inputs for each of ${this.#rows} rows, the limits are ${LIMITS.columns} and ${MAX_NUMBERS} numbers in all; "ignore" leaves a column out`;
      refuse({ param: 'types', code: 'too_big', message });
    }
  }

  /** A text column must be the only feature. */
  #checkText(
    { declared, empty }: ReadColumn,
    columns: readonly Column[],
    refuse: (detail: Detail) => void,
  ): void {
    const param = `types.${declared.name}`;
    const others = columns.filter(({ name, type }) => type !== 'ignore' && name !== declared.name);
    if (others.length > 0) {
      const names = others.slice(0, 10).map(({ name }) => `"${name}"`);
      const message = `column "${declared.name}" is a text, which must be the only feature: leave out ${names.join(', ')}, with "features" or "ignore"`;
      refuse({ param, code: 'does_not_fit', message });
    }
    if (declared.type === 'auto' && empty > 0) {
      const message = `column "${declared.name}" contains texts, but ${empty} cells are empty: every row needs a text`;
      refuse({ param, code: 'empty', message });
    }
  }

  /** The columns, and their raw values [rows, columns that are not ignored]. */
  async take() {
    const values = await this.#values.take();
    const all = this.#columns.length;
    const kept = [...this.#resolveTypes().entries()].filter(([, { type }]) => type !== 'ignore');
    const columns = [...this.#resolveTypes()];
    for (const [i, column] of kept) columns[i] = this.#resolveCells(values, i, column);
    const texts = columns[this.#textAt]?.type === 'text' ? (this.#texts?.take() ?? null) : null;
    if (texts !== null) this.#describe(columns, values, texts);
    // Compacts in place: the write position never passes the read position.
    if (kept.length < all) {
      for (let row = 0, to = 0; row < this.#rows; row++) {
        for (const [i] of kept) values[to++] = values[row * all + i]!;
      }
    }
    const inputs = kept.length < all ? values.slice(0, this.#rows * kept.length) : values;
    return {
      inputs,
      columns,
      features: columns.flatMap(inputsOf),
      warnings: [...this.#warnings(columns)],
      ...(texts !== null && { texts }),
    };
  }

  /** Adds statistics of the texts to their column; its raw values become their lengths. */
  #describe(columns: Column[], values: Float64Array, texts: Texts): void {
    columns[this.#textAt] = { ...columns[this.#textAt]!, text: scanTexts(texts) };
    const width = this.#columns.length;
    for (let row = 0; row < this.#rows; row++) values[row * width + this.#textAt] = textAt(texts, row).length;
  }

  #resolveTypes(): readonly Column[] {
    this.#resolved ??= this.#columns.map(columnOf);
    return this.#resolved;
  }

  /** Replaces what was kept of one column's cells with its raw values, in place. */
  #resolveCells(values: Float64Array, at: number, column: Column): Column {
    const read = this.#columns[at]!;
    const width = this.#columns.length;
    if (column.type === 'number') {
      // Words such as NA before the first number were kept as text codes.
      if (read.words > 0) for (let row = 0; row < read.before; row++) values[row * width + at] = Number.NaN;
      return column;
    }
    const texts = [...read.codes.keys()];
    const { categories = [] } = column;
    if (column.type === 'category' || (column.type === 'boolean' && read.declared.type === 'auto')) {
      const find = (text: string) =>
        categories.findIndex((each) => each.toLowerCase() === text.toLowerCase());
      const places = texts.map((text) => {
        const place = column.type === 'category' ? categories.indexOf(text) : find(text);
        return place < 0 ? Number.NaN : place;
      });
      const empty = categories.indexOf('');
      for (let row = 0; row < this.#rows; row++) {
        const kept = values[row * width + at]!;
        values[row * width + at] = Number.isNaN(kept) ? (empty < 0 ? Number.NaN : empty) : places[kept]!;
      }
    }
    if (column.type !== 'datetime') return column;
    const [order = 'iso'] = read.orders;
    const times = new Float64Array(this.#rows);
    for (let row = 0; row < this.#rows; row++) {
      times[row] = read.timeOf(values[row * width + at]!, texts, order);
      values[row * width + at] = times[row]!;
    }
    return { ...column, parts: partsOf(times) };
  }

  *#warnings(columns: readonly Column[]): Generator<Warning> {
    for (const [i, { name, type }] of columns.entries()) {
      const { declared, texts, words, orders } = this.#columns[i]!;
      const param = `types.${name}`;
      if (declared.type !== 'auto') continue;
      if (orders.length > 1) {
        const message = `column "${name}" may contain dates, but does not distinguish days from months: set "types": {"${name}": "datetime:dmy"} or "datetime:mdy"; it was ${type === 'ignore' ? 'left out' : 'read as categories'}`;
        yield { code: 'ambiguous_dates', param, message };
      } else if (type === 'ignore') {
        const why =
          texts + words === 0 ? 'every cell is empty' : 'it has too many different texts for categories';
        const also = isProse(this.#columns[i]!) ? `, "types": {"${name}": "text"} trains on it alone` : '';
        const message = `column "${name}" was left out: ${why}; "types": {"${name}": "category"} includes it${also}`;
        yield { code: 'column_ignored', param, message };
      }
    }
  }
}
