// Features whose kind is known only at the end of the file: numbers with holes, or text that becomes categories. Each cell
// is kept as a number and as a code of its text until then.

import type { Column } from '#contracts/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import { LIMITS } from '#contracts/limits.ts';
import type { Warning } from '#contracts/warnings.ts';
import { cellNumber, type ReadNumber } from './cell.ts';
import type { SaidType } from './column-types.ts';
import { inputsOf, isNoNumber } from './encode.ts';
import { NumberBlocks } from './number-blocks.ts';

/** Of one column: more are refused where it is said to be one of categories, and ignored where it is not. */
const MAX_CATEGORIES = 1_000;
const USUAL_CATEGORIES = 100;
/** A table of more numbers than this (1 GiB) is not made of text: one short cell may become a thousand. */
const MAX_NUMBERS = 2 ** 27;
const KEPT_CELLS = 100;

interface Read extends SaidType {
  /** Empty once there are too many. */
  readonly codes: Map<string, number>;
  tooMany: boolean;
  empty: number;
  /** Such as NA: missing among numbers, a text among texts. */
  words: number;
  numbers: number;
  texts: number;
  readonly textCells: { readonly line: number; readonly why: string }[];
}

export class TypedColumns {
  readonly #columns: readonly Read[];
  readonly #values = new NumberBlocks();
  readonly #codes = new NumberBlocks();
  #rows = 0;

  readonly #read: ReadNumber;

  constructor(said: readonly SaidType[], read: ReadNumber = cellNumber) {
    this.#read = read;
    const start = () => ({ codes: new Map<string, number>(), textCells: [] });
    this.#columns = said.map((column) => {
      const counts = { tooMany: false, empty: 0, words: 0, numbers: 0, texts: 0 };
      return { ...column, ...start(), ...counts };
    });
  }

  push(cells: readonly string[], line: number): void {
    this.#rows++;
    for (const [i, column] of this.#columns.entries()) {
      const cell = cells[i]!;
      const value = this.#read(cell);
      this.#values.push(typeof value === 'number' ? value : Number.NaN);
      if (typeof value === 'number') column.numbers++;
      else if (cell === '') column.empty++;
      else if (isNoNumber(cell)) column.words++;
      else {
        column.texts++;
        if (column.textCells.length < KEPT_CELLS) column.textCells.push({ line, why: value });
      }
      this.#codes.push(codeOf(column, cell));
    }
  }

  /** Says what of the columns cannot be learned from. */
  check(
    refuse: (detail: Detail) => void,
    refuseCell: (line: number, column: string, why: string) => void,
  ): void {
    const columns = this.#columns.map((column) => this.#told(column));
    for (const [i, { type }] of columns.entries()) {
      const column = this.#columns[i]!;
      const param = `types.${column.name}`;
      if (type === 'category' && column.tooMany) {
        const message = `column "${column.name}" holds more than ${MAX_CATEGORIES} different texts: too many for categories; "ignore" leaves it out`;
        refuse({ param, code: 'too_many_categories', message });
      }
      if (type !== 'number') continue;
      for (const { line, why } of column.textCells) refuseCell(line, column.name, why);
      if (column.numbers === 0 && column.texts === 0) {
        refuse({ param, code: 'empty', message: `column "${column.name}" holds no number at all` });
      }
    }
    const width = columns.reduce((sum, column) => sum + inputsOf(column).length, 0);
    if (width === 0) {
      const message = 'no column is left to learn from: all are ignored; "types" can say what they hold';
      refuse({ param: 'types', code: 'too_small', message });
    }
    if (width > LIMITS.columns || width * this.#rows > MAX_NUMBERS) {
      const message = `the categories make ${width} inputs for each of ${this.#rows} rows, the limits are ${LIMITS.columns} and ${MAX_NUMBERS} numbers in all; "ignore" leaves a column out`;
      refuse({ param: 'types', code: 'too_big', message });
    }
  }

  async take() {
    const columns = this.#columns.map((column) => this.#told(column));
    const width = columns.reduce((sum, column) => sum + inputsOf(column).length, 0);
    const [values, codes] = [await this.#values.take(), await this.#codes.take()];
    const inputs = new Float64Array(this.#rows * width);
    let offset = 0;
    for (const [i, column] of columns.entries()) {
      const { categories = [] } = column;
      const places = [...this.#columns[i]!.codes.keys()].map((text) => categories.indexOf(text));
      for (let row = 0; row < this.#rows; row++) {
        const at = row * columns.length + i;
        if (column.type === 'number') inputs[row * width + offset] = values[at]!;
        else if (column.type === 'category') inputs[row * width + offset + places[codes[at]!]!] = 1;
      }
      offset += inputsOf(column).length;
    }
    return { inputs, columns, features: columns.flatMap(inputsOf), warnings: [...this.#warnings(columns)] };
  }

  #told(column: Read): Column {
    const { name, empty, words } = column;
    const type = column.type === 'auto' ? this.#found(column) : column.type;
    if (type !== 'category') return { name, type, missing: type === 'number' ? empty + words : empty };
    // By code unit, as the labels of a target are.
    const categories = [...column.codes.keys()].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return { name, type, missing: empty, categories };
  }

  /** One number makes a column of numbers, in which a text is a mistake; a text in nearly every row names the row. */
  #found({ numbers, texts, words, codes, tooMany }: Read): Column['type'] {
    if (numbers > 0) return 'number';
    if (texts + words === 0 || tooMany || codes.size > USUAL_CATEGORIES) return 'ignore';
    return texts + words > 20 && codes.size * 2 > texts + words ? 'ignore' : 'category';
  }

  *#warnings(columns: readonly Column[]): Generator<Warning> {
    for (const [i, { name, type }] of columns.entries()) {
      const { type: said, texts, words } = this.#columns[i]!;
      if (type !== 'ignore' || said !== 'auto') continue;
      const why =
        texts + words === 0 ? 'every cell is empty' : 'it holds too many different texts for categories';
      const message = `column "${name}" was left out: ${why}; "types": {"${name}": "category"} takes it nevertheless`;
      yield { code: 'column_ignored', param: `types.${name}`, message };
    }
  }
}

/** −1 where it is of no use any more. */
function codeOf(column: Read, cell: string): number {
  if (column.tooMany || column.type === 'number' || column.type === 'ignore') return -1;
  const known = column.codes.get(cell);
  if (known !== undefined) return known;
  if (column.codes.size === MAX_CATEGORIES) {
    column.tooMany = true;
    column.codes.clear();
    return -1;
  }
  column.codes.set(cell, column.codes.size);
  return column.codes.size - 1;
}
