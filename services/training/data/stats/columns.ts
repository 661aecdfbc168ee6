// The columns of a stored table, one at a time: raw values (see raw.ts), and the texts behind codes.

import type { Column, DatasetInfo } from '#contracts/datasets/dataset.ts';
import { sizeOf } from '../../model/shape.ts';
import type { StoredTable } from '../table.ts';

export interface ColumnValues {
  readonly name: string | null;
  readonly type: Column['type'];
  /** One value per sample; null if the table does not store the column. */
  readonly values: Float64Array | null;
  /** The texts behind the codes; null if the values are not codes. */
  readonly labels: readonly string[] | null;
  /** Missing cells of a column that is not stored. */
  readonly missing: number;
}

/** Vectors of at most this many numbers get one column per number, even without a table. */
const LIST = 50;

/** Includes the columns that the table does not store; empty for arrays of more than one dimension. */
export function featureNames({ columns, features, input_shape: shape }: DatasetInfo): readonly string[] {
  if (columns !== undefined) return columns.map(({ name }) => name);
  if (features !== null) return features;
  return shape.length === 1 && shape[0]! <= LIST
    ? Array.from({ length: shape[0]! }, (_, i) => `inputs[${i}]`)
    : [];
}

export function* featureColumns({ info, inputs }: StoredTable, most: number): Generator<ColumnValues> {
  const kept = info.columns?.filter(({ type }) => type !== 'ignore').length;
  const width = kept ?? sizeOf(info.input_shape);
  const strided = (offset: number) => {
    const values = new Float64Array(info.samples);
    for (let row = 0; row < values.length; row++) values[row] = inputs[row * width + offset]!;
    return values;
  };
  if (info.columns === undefined) {
    for (const [i, name] of featureNames(info).slice(0, most).entries()) {
      yield { name, type: 'number', values: strided(i), labels: null, missing: 0 };
    }
    return;
  }
  let at = 0;
  for (const { name, type, missing, categories = null } of info.columns.slice(0, most)) {
    if (type === 'ignore') yield { name, type, values: null, labels: null, missing };
    else yield { name, type, values: strided(at++), labels: categories, missing };
  }
}

/** Null if a target is more than one number. */
export function targetColumn({ info, targets }: StoredTable): ColumnValues | null {
  const { name, shape, labels } = info.target;
  if (sizeOf(shape) !== 1) return null;
  const values = targets instanceof Float64Array ? targets : Float64Array.from(targets);
  return { name, type: labels === null ? 'number' : 'category', values, labels, missing: 0 };
}
