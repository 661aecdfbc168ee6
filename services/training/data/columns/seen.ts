// The range of inputs seen in training, stored with the model, so that predict can recognize inputs far outside it: usually a preprocessing
// step was applied twice or not at all.

import { z } from 'zod';
import type { Warning } from '#contracts/warnings.ts';
import type { TableNumbers } from '../numbers.ts';
import { blocksOf, type Rows } from '../rows/rows.ts';
import type { Transform } from '../transform.ts';

/** One range per column of a table; a single range over all numbers for arrays without named columns. Raw, before any transform. */
export const Seen = z.object({ min: z.array(z.number()), max: z.array(z.number()) });
export type Seen = z.infer<typeof Seen>;

/** @param rows the training rows */
export function fitSeen(inputs: Rows, rows: Int32Array, features: readonly string[] | null): Seen {
  const { width } = inputs;
  const columns = features === null ? 1 : width;
  const min = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const max = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  for (const block of blocksOf(inputs, rows)) {
    for (let start = 0; start < block.length; start += width) {
      for (let i = 0; i < width; i++) {
        const value = block[start + i]!;
        const at = columns === 1 ? 0 : i;
        if (value < min[at]!) min[at] = value;
        if (value > max[at]!) max[at] = value;
      }
    }
  }
  // A column that is missing in every row has no range.
  const finite = (value: number) => (Number.isFinite(value) ? value : 0);
  return { min: Array.from(min, finite), max: Array.from(max, finite) };
}

/** How far outside the seen range still counts as near, as a fraction of its width. */
const SLACK = 0.5;
const MOST = 5;

interface Outside {
  rows: number;
  first: number;
  last: number;
  value: number;
}

/** Collects out-of-range inputs over the rows of one request. */
export class RangeWatch {
  readonly #seen: Seen;
  readonly #transform: Transform;
  readonly #features: readonly string[] | null;
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  readonly #outside: (Outside | undefined)[];
  #rows = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** @param features names of a row's raw values */
  constructor(seen: Seen, transform: Transform, features: readonly string[] | null) {
    this.#seen = seen;
    this.#transform = transform;
    this.#features = features;
    // Distance means nothing between categories.
    const isNumber = (i: number) => transform.kind !== 'columns' || transform.encoders[i]?.kind === 'number';
    const slack = (i: number) =>
      isNumber(i) ? SLACK * (seen.max[i]! - seen.min[i]!) : Number.POSITIVE_INFINITY;
    this.#low = Float64Array.from(seen.min, (value, i) => value - slack(i));
    this.#high = Float64Array.from(seen.max, (value, i) => value + slack(i));
    this.#outside = new Array(seen.min.length).fill(undefined);
  }

  /** @param values [rows, width] */
  look(values: TableNumbers, width: number): void {
    const columns = this.#low.length;
    for (let start = 0; start < values.length; start += width) {
      for (let i = 0; i < width; i++) {
        const value = values[start + i]!;
        if (value < this.#min) this.#min = value;
        if (value > this.#max) this.#max = value;
        const at = columns === 1 ? 0 : i;
        if (value < this.#low[at]! || value > this.#high[at]!) this.#tell(at, value);
      }
      this.#rows++;
    }
  }

  #tell(at: number, value: number): void {
    const known = this.#outside[at];
    if (known === undefined) this.#outside[at] = { rows: 1, first: this.#rows, last: this.#rows, value };
    else if (this.#rows > known.last) {
      known.rows++;
      known.last = this.#rows;
    }
  }

  /** The first few warnings. */
  warnings(): Warning[] {
    return [...this.#scaledTwice(), ...this.#beyond()].slice(0, MOST);
  }

  *#scaledTwice(): Generator<Warning> {
    if (!('divisor' in this.#transform) || !(this.#max > 0 && this.#max <= 1 && this.#min >= 0)) return;
    const highest = Math.max(...this.#seen.max);
    const { divisor } = this.#transform;
    if (highest <= 1 || divisor === 1) return;
    const message = `all inputs are within 0 … 1, but training saw values up to ${highest}: the model divides by ${divisor} itself, so send them undivided`;
    yield { code: 'scaled_twice', param: 'inputs', message };
  }

  *#beyond(): Generator<Warning> {
    for (const [i, outside] of this.#outside.entries()) {
      if (outside === undefined) continue;
      const name = this.#features?.[i];
      const what = name === undefined ? 'inputs' : `column "${name}"`;
      const { rows, first, value } = outside;
      const message = `${what}: ${rows} of ${this.#rows} rows are far outside the range of the training data (${this.#seen.min[i]} … ${this.#seen.max[i]}), first in row ${first} with ${value}`;
      yield { code: 'outside_training', param: name ?? 'inputs', message };
    }
  }
}
