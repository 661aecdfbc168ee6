// The range of a table's values, and for targets the rows of its extremes, so that a loss can later name the row that does not fit without
// reading the table again.

import type { Column, DatasetInfo } from '#contracts/datasets/dataset.ts';
import { yearOf } from './formats/dates.ts';

type RangeInfo = Pick<
  DatasetInfo['target'],
  'min' | 'max' | 'integral' | 'min_row' | 'max_row' | 'second_min' | 'second_max' | 'fraction_row'
>;

export class TargetRange {
  #min = { value: Number.POSITIVE_INFINITY, row: -1 };
  #max = { value: Number.NEGATIVE_INFINITY, row: -1 };
  #secondMin = this.#min;
  #secondMax = this.#max;
  #fractionRow = -1;

  /** `row` is counted by the caller: the line in a CSV file, the index in an inline array. */
  add(value: number, row: number): void {
    if (value < this.#min.value) {
      this.#secondMin = this.#min;
      this.#min = { value, row };
    } else if (value > this.#min.value && value < this.#secondMin.value) this.#secondMin = { value, row };
    if (value > this.#max.value) {
      this.#secondMax = this.#max;
      this.#max = { value, row };
    } else if (value < this.#max.value && value > this.#secondMax.value) this.#secondMax = { value, row };
    if (this.#fractionRow < 0 && !Number.isInteger(value)) this.#fractionRow = row;
  }

  info(): RangeInfo {
    if (this.#min.row < 0) return { min: null, max: null, integral: false };
    return {
      min: this.#min.value,
      max: this.#max.value,
      integral: this.#fractionRow < 0 && this.#min.value >= 0,
      min_row: this.#min.row,
      max_row: this.#max.row,
      ...(this.#secondMin.row < 0 ? {} : { second_min: this.#secondMin, second_max: this.#secondMax }),
      ...(this.#fractionRow < 0 ? {} : { fraction_row: this.#fractionRow }),
    };
  }
}

/** The range of the network inputs before scaling: one-hot inputs are 0 and 1, datetimes are in years. */
export function encodedRange(columns: readonly Column[], raw: Float64Array): DatasetInfo['input_range'] {
  const kept = columns.filter(({ type }) => type !== 'ignore');
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let whole = !kept.some(({ type }) => type === 'datetime');
  for (const [at, { type }] of kept.entries()) {
    if (type === 'category') {
      min = Math.min(min, 0);
      max = Math.max(max, 1);
      continue;
    }
    for (let i = at; i < raw.length; i += kept.length) {
      const value = type === 'datetime' ? yearOf(raw[i]!) : raw[i]!;
      if (value < min) min = value;
      if (value > max) max = value;
      whole &&= Number.isInteger(value);
    }
  }
  return { min, max, integral: whole && min >= 0 };
}

/** The range over all inputs. @param values at least one */
export function inputRange(values: Float64Array): DatasetInfo['input_range'] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let whole = true;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    whole &&= Number.isInteger(value);
  }
  return { min, max, integral: whole && min >= 0 };
}
