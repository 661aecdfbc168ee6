// A feature column while the file is read; its type is only known at the end. Each cell is kept as one number: its numeric value, or a code
// for its text. Dates with too many distinct values for codes are kept as times.

import { booleanOf, booleanWords } from '../formats/booleans.ts';
import { cellNumber, type ReadNumber } from '../formats/cell.ts';
import { type DateOrder, ordersOf, secondsOf } from '../formats/dates.ts';
import { FLOAT32_MAX } from '../formats/flatten.ts';
import type { DeclaredType } from './column-types.ts';
import { isNoNumber } from './raw.ts';

/** Per column: beyond this, a column declared categorical is refused, and any other column of texts is ignored. */
export const MAX_CATEGORIES = 1_000;
const KEPT_CELLS = 100;
/** Offset of kept times: above every code, and larger in magnitude than the time of any date in the years 0 to 9999. */
const TIMES = 1e12;

export type Cell = string | number;

export class ReadColumn {
  readonly declared: DeclaredType;
  /** Code of each distinct text; incomplete once there are too many. */
  readonly codes = new Map<string, number>();
  tooMany = false;
  empty = 0;
  /** Cells such as NA: missing among numbers, a text among texts. */
  words = 0;
  numbers = 0;
  /** In the texts: code units, and how many of them are spaces. */
  letters = 0;
  blanks = 0;
  /** Whether this is the only feature. */
  alone = false;
  texts = 0;
  /** Rows before the first number. */
  before = 0;
  /** The first cells that do not fit the declared type, or are not numbers. */
  readonly bad: { readonly line: number; readonly why: string }[] = [];
  badCount = 0;
  readonly #read: ReadNumber;
  #orders: readonly DateOrder[] = ['iso', 'dmy', 'mdy'];

  constructor(declared: DeclaredType, read: ReadNumber = cellNumber) {
    this.declared = declared;
    this.#read = read;
    if (declared.type === 'datetime' && declared.order !== undefined) this.#orders = ['iso', declared.order];
  }

  /** Returns the number kept for the cell. */
  push(cell: Cell, line: number): number {
    const { type } = this.declared;
    if (type === 'category') return this.#text(String(cell));
    if (type === 'text') return this.#prose(String(cell), line);
    if (cell === '') {
      this.empty++;
      if (this.numbers === 0) this.before++;
      return Number.NaN;
    }
    if (type === 'ignore') return Number.NaN;
    if (type === 'ordinal' || type === 'boolean') return this.#word(String(cell), line);
    if (type === 'datetime') return this.#text(String(cell));
    const value = typeof cell === 'number' ? finite(cell) : this.#read(cell);
    if (typeof value === 'number') {
      this.numbers++;
      return value;
    }
    const text = String(cell);
    if (isNoNumber(text)) {
      this.words++;
      if (this.numbers > 0 || type === 'number') return Number.NaN;
      this.before++;
      return this.#code(text);
    }
    this.texts++;
    this.letters += text.length;
    this.blanks += text.split(' ').length - 1;
    this.#refuse(line, value);
    if (this.numbers > 0 || type === 'number') return Number.NaN;
    this.before++;
    return this.#code(text);
  }

  /** The length of the text in code units. */
  #prose(text: string, line: number): number {
    if (text.trim() !== '') return text.length;
    this.empty++;
    this.#refuse(line, 'the cell is empty: a text is required');
    return Number.NaN;
  }

  #word(text: string, line: number): number {
    if (isNoNumber(text) && !(this.declared.categories ?? []).includes(text)) {
      this.words++;
      return Number.NaN;
    }
    this.texts++;
    const { type, categories = [] } = this.declared;
    const place =
      type === 'ordinal' ? categories.indexOf(text) : (booleanOf(text, booleanWords([text]) ?? []) ?? -1);
    if (place >= 0) return place;
    const shown = JSON.stringify(text.slice(0, 40));
    const wanted =
      type === 'boolean' ? 'true or false, yes or no, 1 or 0' : categories.slice(0, 20).join(', ');
    this.#refuse(line, `${shown} is none of ${wanted}`);
    return Number.NaN;
  }

  #text(text: string): number {
    if (text === '') this.empty++;
    else if (isNoNumber(text)) this.words++;
    else this.texts++;
    return this.#code(text);
  }

  #code(text: string): number {
    if (this.tooMany) return this.#time(text);
    const known = this.codes.get(text);
    if (known !== undefined) return known;
    if (this.codes.size === MAX_CATEGORIES) {
      this.tooMany = true;
      // If a thousand dates left the order ambiguous, more of them will not settle it.
      if (this.#orders.length > 1) this.#orders = [];
      return this.#time(text);
    }
    this.#narrow(text);
    this.codes.set(text, this.codes.size);
    return this.codes.size - 1;
  }

  /** Past the limit on categories, a text may still be a date. */
  #time(text: string): number {
    if (this.#orders.length === 0 || text === '' || isNoNumber(text)) return Number.NaN;
    this.#narrow(text);
    const [order] = this.#orders;
    const time = order === undefined ? null : secondsOf(text, order);
    return time === null ? Number.NaN : time + TIMES;
  }

  #narrow(text: string): void {
    if (this.#orders.length === 0 || text === '' || isNoNumber(text)) return;
    const found = ordersOf(text);
    // A column writes all its dates in one order.
    this.#orders = this.#orders.filter((order) => found.includes(order));
  }

  #refuse(line: number, why: string): void {
    this.badCount++;
    if (this.bad.length < KEPT_CELLS) this.bad.push({ line, why });
  }

  /** The orders in which all of its texts are dates; empty if some text is not a date. */
  get orders(): readonly DateOrder[] {
    return this.texts > 0 && this.numbers === 0 ? this.#orders : [];
  }

  /** The time that a kept number stands for. @param texts those of the codes, in code order */
  timeOf(kept: number, texts: readonly string[], order: DateOrder): number {
    if (Number.isNaN(kept)) return kept;
    if (kept >= TIMES / 2) return kept - TIMES;
    return secondsOf(texts[kept]!, order) ?? Number.NaN;
  }
}

function finite(value: number): number | string {
  return Math.abs(value) <= FLOAT32_MAX ? value : cellNumber(String(value));
}
