// Appends datasets that are held out whole to the job's own: one table, with the split marking where each begins. They must have the same
// columns and classes; a class keeps its number of the job's own dataset.

import type { Column, DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import { sameShape } from '#engine/shape.ts';
import type { SplitSizes } from '../../job/plan.ts';
import { formatShape } from '../../model/shape.ts';
import { joinTexts } from '../../text/texts.ts';
import { keptColumns } from '../columns/kept-columns.ts';
import { unknownCode } from '../columns/raw.ts';
import type { TableNumbers } from '../numbers.ts';
import type { StoredTable } from '../table.ts';
import { allInMemory, type TableRows, tableInMemory } from './job-table.ts';
import { joinedRows, type Renumber } from './rows.ts';

/** The data of a job: its samples are those of all its datasets. */
export type JobInfo = DatasetInfo & {
  /** How many samples of separate held-out datasets follow the job's own. */
  readonly added?: { readonly validation: number; readonly test: number };
  /** How many samples at the end are held out, if the data itself determines it: validation first, test last. */
  readonly parts?: { readonly validation: number; readonly test: number };
  /** For a series, whose samples are windows: how many windows each part has. */
  readonly windows?: SplitSizes;
};

/** Datasets held out as a whole. */
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
  if (held.validation === undefined && held.test === undefined) return own;
  const joined = joinRows(tableInMemory(own), {
    ...(held.validation && { validation: tableInMemory(held.validation) }),
    ...(held.test && { test: tableInMemory(held.test) }),
  });
  return allInMemory(joined);
}

/** The same for tables in memory or in files. */
export function joinRows(own: TableRows, held: Held<TableRows>): TableRows {
  const others = [held.validation, held.test].filter((each) => each !== undefined);
  if (others.length === 0) return own;
  const infos = {
    ...(held.validation === undefined ? {} : { validation: held.validation.info }),
    ...(held.test === undefined ? {} : { test: held.test.info }),
  };
  const { info, inputs, targets, marks } = own;
  const behind = (which: 'inputs' | 'targets', renumbering: (other: DatasetInfo) => Renumber | null) =>
    others.map((other) => ({ rows: other[which], renumber: renumbering(other.info) }));
  return {
    info: joinInfos(info, infos),
    inputs: joinedRows([
      { rows: inputs, renumber: null },
      ...behind('inputs', (other) => inputsAs(info, other)),
    ]),
    targets: joinedRows([
      { rows: targets, renumber: null },
      ...behind('targets', (other) => targetsAs(info, other)),
    ]),
    ...(marks && { marks }),
    ...(own.texts && { texts: joinTexts([own, ...others].map(({ texts }) => texts!)) }),
  };
}

/** Maps raw values to the category indices of another dataset; null if they are the same. */
function inputsAs({ columns }: DatasetInfo, info: DatasetInfo): Renumber | null {
  const [mine, theirs] = [keptColumns({ columns, features: null }), keptColumns(info)];
  if (mine === null || theirs === null) return null;
  const places = mine.map((column, i) => placesIn(column, theirs[i]!));
  if (places.every((each) => each === null)) return null;
  return (raw, column) => {
    const known = places[column];
    return known == null || !(raw >= 0) ? raw : known[raw]!;
  };
}

/** For each category of the second column, its raw value in the first; null if they are the same. */
export function placesIn(
  { categories = [] }: Column,
  { type, categories: own = [] }: Column,
): number[] | null {
  if (type !== 'category' && type !== 'ordinal') return null;
  const places = own.map((category) => {
    const place = categories.indexOf(category);
    return place < 0 ? unknownCode(category) : place;
  });
  return places.every((place, i) => place === i) ? null : places;
}

/** Maps targets to the class indices of another dataset; null without classes. */
function targetsAs({ target }: DatasetInfo, { target: { labels } }: DatasetInfo): Renumber | null {
  if (labels === null || target.labels === null) return null;
  const numbers = labels.map((label) => target.labels!.indexOf(label));
  return (code) => numbers[code]!;
}

/** Concatenated in their common type, or as doubles if they differ. */
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

/**
 * Yields why one dataset cannot be appended to another; `param` is the request field that names it.
 * @param takesUnknown whether the job accepts categories in a column that its dataset does not have
 */
export function* checkSame(
  own: DatasetInfo,
  other: DatasetInfo,
  param: string,
  takesUnknown: (column: string) => boolean = () => false,
): Generator<Detail> {
  const differs = (message: string): Detail => ({ param, code: 'does_not_fit', message });
  const [mine, theirs] = [keptColumns(own), keptColumns(other)];
  if (mine !== null && theirs !== null) {
    const names = (columns: readonly Column[]) => columns.map(({ name }) => name);
    const missing = names(mine).filter((name) => !names(theirs).includes(name));
    const more = names(theirs).filter((name) => !names(mine).includes(name));
    if (missing.length > 0) yield differs(`lacks columns of the job's dataset: ${list(missing)}`);
    if (more.length > 0) yield differs(`has columns that the job's dataset does not have: ${list(more)}`);
    if (missing.length + more.length > 0) return;
    if (mine.some(({ name }, i) => theirs[i]!.name !== name)) {
      yield differs(`has the columns in a different order; the job's dataset has ${list(names(mine))}`);
      return;
    }
    for (const [i, column] of mine.entries()) {
      const why = columnDiffers(column, theirs[i]!, own.columns !== undefined, takesUnknown);
      if (why !== null) yield differs(`column "${column.name}" ${why}`);
    }
  } else if (!sameShape(own.input_shape, other.input_shape)) {
    const shapes = `${formatShape(other.input_shape)}, those of the job's dataset ${formatShape(own.input_shape)}`;
    yield differs(`its samples are ${shapes}`);
  }
  if (!sameShape(own.target.shape, other.target.shape)) {
    const shapes = `${formatShape(other.target.shape)}, those of the job's dataset ${formatShape(own.target.shape)}`;
    yield differs(`its targets are ${shapes}`);
  }
  const [columns, theirColumns] = [own.target.columns ?? [], other.target.columns ?? []];
  if (columns.join('\n') !== theirColumns.join('\n'))
    yield differs(`its targets are ${list(theirColumns)}, those of the job's dataset ${list(columns)}`);
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
    yield differs(`has classes that the job's dataset does not have: ${shown.join(', ')}`);
  }
}

const list = (names: readonly string[]) =>
  names
    .slice(0, 10)
    .map((name) => `"${name}"`)
    .join(', ');

function columnDiffers(
  own: Column,
  other: Column,
  fills: boolean,
  takesUnknown: (column: string) => boolean,
): string | null {
  if (own.type !== other.type) return `is of type ${other.type}, in the job's dataset ${own.type}`;
  if (other.missing > 0 && own.type !== 'category' && !fills)
    return "has empty cells, which it does not have in the job's dataset";
  if (own.categories === undefined || own.type === 'boolean') return null;
  const unknown = (other.categories ?? []).filter((category) => !own.categories!.includes(category));
  if (unknown.length === 0 || takesUnknown(own.name)) return null;
  return `has categories that the job's dataset does not have: ${list(unknown)}; "preprocess": {"columns": {"${own.name}": {"unknown": "other"}}} accepts them`;
}
