// The target column of a table; its kind is only known at the end: text cells make classes (sorted labels, like scikit-learn's
// LabelEncoder), numbers stay numbers. Both readings are kept until then.

import { LIMITS } from '#contracts/limits.ts';
import { cellNumber, type ReadNumber } from '../formats/cell.ts';
import { TargetRange } from '../range.ts';
import { NumberBlocks } from '../rows/number-blocks.ts';

/** A cell that is not a number: an error in a numeric column, a label in a text column. */
export interface TextCell {
  readonly row: number;
  readonly cell: string;
}

export class TargetColumn {
  readonly #values = new NumberBlocks();
  readonly #codes = new NumberBlocks();
  readonly #codeOf = new Map<string, number>();
  readonly #range = new TargetRange();
  readonly #keep: number;
  /** The first few text cells; `texts` counts them all. */
  readonly textCells: TextCell[] = [];
  texts = 0;
  rows = 0;
  /** More distinct cells than the limit on classes: unless they are numbers, the target is unusable. */
  overflow = false;

  readonly #read: ReadNumber;

  constructor(keep: number, read: ReadNumber = cellNumber) {
    this.#keep = keep;
    this.#read = read;
  }

  /** `cell` is not empty: the caller has rejected empty cells. */
  push(cell: string, row: number): void {
    this.rows++;
    const value = this.#read(cell);
    if (typeof value === 'number') this.#range.add(value, row);
    else {
      this.texts++;
      if (this.textCells.length < this.#keep) this.textCells.push({ row, cell });
    }
    this.#values.push(typeof value === 'number' ? value : Number.NaN);
    if (this.overflow) return;
    let code = this.#codeOf.get(cell);
    if (code === undefined) {
      code = this.#codeOf.size;
      this.#codeOf.set(cell, code);
      this.overflow = this.#codeOf.size > LIMITS.classes;
    }
    this.#codes.push(code);
  }

  /** A few stray words do not turn a numeric column into classes: they are reported as errors instead. */
  get isText(): boolean {
    return this.texts * 2 > this.rows;
  }

  async numbers() {
    const target = { kind: 'numbers' as const, shape: [], labels: null, ...this.#range.info() };
    return { target, targets: await this.#values.take() };
  }

  async classes() {
    const seen = [...this.#codeOf.keys()];
    const labels = seen.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const rank = new Map(labels.map((label, i) => [label, i]));
    const classOf = seen.map((label) => rank.get(label)!);
    const codes = await this.#codes.take();
    const targets = Int32Array.from(codes, (code) => classOf[code]!);
    const target = {
      kind: 'classes' as const,
      shape: [],
      labels,
      min: 0,
      max: labels.length - 1,
      integral: true,
    };
    return { target, targets };
  }
}
