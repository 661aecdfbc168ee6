// The range of a table's values, and for targets where its ends stand, so that a loss can later say which row does not
// fit without reading the table again.

import type { DatasetInfo } from '#contracts/dataset.ts';

type RangeInfo = Pick<
  DatasetInfo['target'],
  'min' | 'max' | 'integral' | 'min_row' | 'max_row' | 'fraction_row'
>;

export class TargetRange {
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #minRow = -1;
  #maxRow = -1;
  #fractionRow = -1;

  /** `row` is the caller's own count: the line in a CSV file, the index in an inline array. */
  add(value: number, row: number): void {
    if (value < this.#min) {
      this.#min = value;
      this.#minRow = row;
    }
    if (value > this.#max) {
      this.#max = value;
      this.#maxRow = row;
    }
    if (this.#fractionRow < 0 && !Number.isInteger(value)) this.#fractionRow = row;
  }

  info(): RangeInfo {
    if (this.#minRow < 0) return { min: null, max: null, integral: false };
    return {
      min: this.#min,
      max: this.#max,
      integral: this.#fractionRow < 0 && this.#min >= 0,
      min_row: this.#minRow,
      max_row: this.#maxRow,
      ...(this.#fractionRow < 0 ? {} : { fraction_row: this.#fractionRow }),
    };
  }
}

/** Over all inputs. @param values at least one */
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
