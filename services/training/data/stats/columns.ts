// The columns of a stored table, one at a time: numbers (NaN where missing), or codes of categories.

import type { Column, DatasetInfo } from '#contracts/dataset.ts';
import { sizeOf } from '../../shape.ts';
import { inputsOf } from '../encode.ts';
import type { StoredTable } from '../table.ts';

export interface ColumnValues {
  readonly name: string | null;
  readonly type: Column['type'];
  /** One of each sample; null where the table does not keep the column. */
  readonly values: Float64Array | null;
  /** What the codes stand for, where they are codes. */
  readonly labels: readonly string[] | null;
  /** Of a column that is not kept. */
  readonly missing: number;
}

/** Samples that are lists of at most so many numbers have columns without being a table. */
const LIST = 50;

/** Of those that a table keeps or left out; none for arrays of more dimensions. */
export function featureNames({ columns, features, input_shape: shape }: DatasetInfo): readonly string[] {
  if (columns !== undefined) return columns.map(({ name }) => name);
  if (features !== null) return features;
  return shape.length === 1 && shape[0]! <= LIST
    ? Array.from({ length: shape[0]! }, (_, i) => `inputs[${i}]`)
    : [];
}

export function* featureColumns({ info, inputs }: StoredTable, most: number): Generator<ColumnValues> {
  const width = sizeOf(info.input_shape);
  const strided = (offset: number) => {
    const values = new Float64Array(info.samples);
    for (let row = 0; row < values.length; row++) values[row] = inputs[row * width + offset]!;
    return values;
  };
  const names = featureNames(info).slice(0, most);
  if (info.columns === undefined) {
    for (const [i, name] of names.entries()) {
      yield { name, type: 'number', values: strided(i), labels: null, missing: 0 };
    }
    return;
  }
  let offset = 0;
  for (const column of info.columns.slice(0, most)) {
    const { name, type, missing, categories = [] } = column;
    const at = offset;
    offset += inputsOf(column).length;
    if (type === 'ignore') yield { name, type, values: null, labels: null, missing };
    else if (type === 'number') yield { name, type, values: strided(at), labels: null, missing };
    else {
      const codes = new Float64Array(info.samples);
      for (let row = 0; row < codes.length; row++) {
        const start = row * width + at;
        codes[row] = inputs.subarray(start, start + categories.length).indexOf(1);
      }
      yield { name, type, values: codes, labels: categories, missing };
    }
  }
}

/** Null where a target is more than one number. */
export function targetColumn({ info, targets }: StoredTable): ColumnValues | null {
  const { name, shape, labels } = info.target;
  if (sizeOf(shape) !== 1) return null;
  const values = targets instanceof Float64Array ? targets : Float64Array.from(targets);
  return { name, type: labels === null ? 'number' : 'category', values, labels, missing: 0 };
}
