// Datasets that are held out whole, behind the job's own: one table, of which the split knows what begins where. They must
// be of the same columns and classes; a class has the number that it has in the job's own dataset.

import type { DatasetInfo } from '#contracts/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import { sameShape } from '#engine/shape.ts';
import { formatShape } from '../shape.ts';
import type { TableNumbers } from './numbers.ts';
import type { StoredTable } from './table.ts';

/** Of a job's data: its samples are those of all its datasets. */
export type JobInfo = DatasetInfo & {
  /** How many samples of datasets of their own stand behind the job's. */
  readonly added?: { readonly validation: number; readonly test: number };
};

/** What is held out whole. */
export interface Held<T> {
  readonly validation?: T;
  readonly test?: T;
}

export function addedTo({ samples, added = { validation: 0, test: 0 } }: JobInfo) {
  return { own: samples - added.validation - added.test, ...added };
}

export function joinInfos(info: DatasetInfo, held: Held<DatasetInfo>): JobInfo {
  const others = [held.validation, held.test].filter((each) => each !== undefined);
  if (others.length === 0) return info;
  const [validation, test] = [held.validation?.samples ?? 0, held.test?.samples ?? 0];
  const infos = [info, ...others];
  const ranges = infos.map(({ input_range }) => input_range);
  return {
    ...info,
    samples: info.samples + validation + test,
    input_range: {
      min: Math.min(...ranges.map(({ min }) => min)),
      max: Math.max(...ranges.map(({ max }) => max)),
      integral: ranges.every(({ integral }) => integral),
    },
    input_dtype: infos.every(({ input_dtype }) => input_dtype === info.input_dtype)
      ? info.input_dtype
      : 'float64',
    added: { validation, test },
  };
}

export function joinTables(own: StoredTable, held: Held<StoredTable>): StoredTable {
  const others = [held.validation, held.test].filter((each) => each !== undefined);
  if (others.length === 0) return own;
  const infos = {
    ...(held.validation === undefined ? {} : { validation: held.validation.info }),
    ...(held.test === undefined ? {} : { test: held.test.info }),
  };
  const renumbered = others.map((other) => targetsAs(own.info, other));
  return {
    info: joinInfos(own.info, infos),
    inputs: concatenated([own.inputs, ...others.map(({ inputs }) => inputs)]),
    targets: concatenated([own.targets, ...renumbered]),
    ...(own.marks === undefined ? {} : { marks: own.marks }),
  };
}

/** The targets with the class numbers of another dataset. */
function targetsAs({ target }: DatasetInfo, { info, targets }: StoredTable): TableNumbers {
  const { labels } = info.target;
  if (labels === null || target.labels === null) return targets;
  const numbers = labels.map((label) => target.labels!.indexOf(label));
  return Int32Array.from(targets, (code) => numbers[code]!);
}

/** One after the other, as small as they all are, or in doubles. */
export function concatenated(parts: readonly TableNumbers[]): TableNumbers {
  const [first] = parts as [TableNumbers];
  const alike = parts.every((part) => part.constructor === first.constructor);
  const Numbers = (alike ? first.constructor : Float64Array) as new (length: number) => TableNumbers;
  const all = new Numbers(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Why a dataset cannot stand behind another; `param` is where it is named. */
export function* checkSame(own: DatasetInfo, other: DatasetInfo, param: string): Generator<Detail> {
  const differs = (message: string): Detail => ({ param, code: 'does_not_fit', message });
  if (own.features !== null && other.features !== null) {
    const missing = own.features.filter((name) => !other.features!.includes(name));
    const more = other.features.filter((name) => !own.features!.includes(name));
    const list = (names: readonly string[]) =>
      names
        .slice(0, 10)
        .map((name) => `"${name}"`)
        .join(', ');
    if (missing.length > 0) yield differs(`lacks columns of the job's dataset: ${list(missing)}`);
    if (more.length > 0) yield differs(`has columns that the job's dataset has not: ${list(more)}`);
    if (missing.length + more.length > 0) return;
    if (own.features.some((name, i) => other.features![i] !== name)) {
      yield differs(`has the columns in another order; the job's dataset has ${list(own.features)}`);
      return;
    }
  } else if (!sameShape(own.input_shape, other.input_shape)) {
    const shapes = `${formatShape(other.input_shape)}, those of the job's dataset ${formatShape(own.input_shape)}`;
    yield differs(`its samples are ${shapes}`);
  }
  if (!sameShape(own.target.shape, other.target.shape)) {
    const shapes = `${formatShape(other.target.shape)}, those of the job's dataset ${formatShape(own.target.shape)}`;
    yield differs(`its targets are ${shapes}`);
  }
  const [labels, others] = [own.target.labels, other.target.labels];
  if ((labels === null) !== (others === null)) {
    const text = (is: boolean) => (is ? 'text' : 'numbers');
    yield differs(
      `its targets are ${text(others !== null)}, those of the job's dataset ${text(labels !== null)}`,
    );
  }
  const unknown = labels === null ? [] : (others ?? []).filter((label) => !labels.includes(label));
  if (unknown.length > 0) {
    const shown = unknown.slice(0, 10).map((label) => `"${label}"`);
    yield differs(`has classes that the job's dataset has not: ${shown.join(', ')}`);
  }
}
