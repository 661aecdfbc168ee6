// A dataset as a trained model takes it: its columns in the model's order, its labels as the model's classes. What does
// not fit is told as for a job.

import type { DatasetInfo } from '#contracts/dataset.ts';
import { type Detail, problemOf } from '#contracts/errors.ts';
import { sameButOnes } from '#engine/shape.ts';
import type { TableNumbers } from '../data/numbers.ts';
import type { StoredTable } from '../data/table.ts';
import type { Wanted } from '../predict/rows.ts';
import { formatShape, sizeOf } from '../shape.ts';

export interface FittingTable {
  readonly info: DatasetInfo;
  /** Rows `from` to `to`: [rows, …input]. */
  inputs(from: number, to: number): TableNumbers;
  readonly targets: TableNumbers;
}

/** @throws Problem naming what does not fit */
export function fittingTable(
  table: StoredTable,
  wanted: Wanted,
  labels: readonly string[] | null,
): FittingTable {
  const details: Detail[] = [];
  const refuse = (message: string) => details.push({ param: 'dataset', code: 'does_not_fit', message });
  const { info } = table;
  const columns = columnsOf(info, wanted, refuse);
  const classOf = classesOf(info, labels, refuse);
  if (details.length > 0) throw problemOf('invalid_dataset', details);

  const width = sizeOf(info.input_shape);
  const targets = classOf === null ? table.targets : table.targets.map((target) => classOf[target]!);
  return {
    info: { ...info, target: { ...info.target, labels: labels === null ? null : [...labels] } },
    targets,
    inputs(from, to) {
      const rows = table.inputs.subarray(from * width, to * width);
      if (columns === null) return rows;
      const out = new Float64Array((to - from) * columns.length);
      for (let i = 0; i < out.length; i++) {
        const row = Math.floor(i / columns.length);
        out[i] = rows[row * width + columns[i % columns.length]!]!;
      }
      return out;
    },
  };
}

/** For each input its column, or null where they are in order already. */
function columnsOf(
  info: DatasetInfo,
  { model, features }: Wanted,
  refuse: (message: string) => void,
): number[] | null {
  if (features === null || info.features === null) {
    if (sameButOnes(info.input_shape, model.input)) return null;
    const samples = formatShape(info.input_shape);
    refuse(`the model takes ${formatShape(model.input)}, the dataset's samples are ${samples}`);
    return null;
  }
  const places = features.map((name) => info.features!.indexOf(name));
  for (const [i, place] of places.entries()) {
    if (place < 0) refuse(`the model takes a column "${features[i]}", the dataset has none of that name`);
  }
  return places.every((place, i) => place === i) && info.features.length === features.length ? null : places;
}

/** For each class of the dataset the model's, or null where they are the same. */
function classesOf(
  { target }: DatasetInfo,
  labels: readonly string[] | null,
  refuse: (message: string) => void,
): number[] | null {
  if (target.labels === null) return null;
  if (labels === null) {
    refuse("the model's classes are numbers without names, the dataset's are text");
    return null;
  }
  const classes = target.labels.map((label) => labels.indexOf(label));
  const unknown = target.labels.filter((_, i) => classes[i]! < 0);
  if (unknown.length > 0) {
    const shown = unknown.slice(0, 5).map((label) => `"${label}"`);
    const more = unknown.length > 5 ? ` and ${unknown.length - 5} more` : '';
    refuse(`the model does not know the classes ${shown.join(', ')}${more}`);
  }
  return classes.every((place, i) => place === i) ? null : classes;
}
