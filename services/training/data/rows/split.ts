// Which rows are trained on and which are held out: a pure function of the job and its data. The seed draws from the stream `split` of
// Threefry: round 0 orders the rows for validation, round 1 for the test. The last rows in that order are held out; if stratified, the
// last ones of each class.

import { permutation, STREAM } from '#engine/random.ts';
import { type Holding, PARTS, partsOf } from '../../job/held-out.ts';
import { splitSizes } from '../../job/plan.ts';
import type { TableNumbers } from '../numbers.ts';
import type { TableRows } from './job-table.ts';
import { addedTo, type JobInfo } from './join.ts';
import { allOf, type Rows } from './rows.ts';

export interface Split {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/** The values of the split column as stored. */
export const MARKS = { train: 0, validation: 1, test: 2 } as const;

const ROUND = { validation: 0, test: 1 } as const;

export function splitRows(
  { info, marks, targets }: Pick<TableRows, 'info' | 'marks' | 'targets'>,
  training: Holding,
  seed: number,
): Split {
  if (info.windows !== undefined) return splitByMarks(marks!);
  const { own } = addedTo(info);
  const sizes = splitSizes(info, training);
  if (info.parts !== undefined) return endsOf(info.samples, info.parts);
  const parts = partsOf(training);
  const held = { validation: new Int32Array(0), test: new Int32Array(0) };
  // The rows of separate held-out datasets follow the job's own, validation first.
  let added = own;
  for (const part of PARTS) {
    const how = parts[part];
    if (how === null || !('dataset' in how)) continue;
    const first = added;
    held[part] = Int32Array.from({ length: sizes[part] }, (_, i) => first + i);
    added += sizes[part];
  }
  let left = Int32Array.from({ length: own }, (_, i) => i);
  for (const part of PARTS) {
    const how = parts[part];
    if (how === null || !('by' in how) || how.by !== 'column') continue;
    held[part] = left.filter((row) => marks?.[row] === MARKS[part]);
    left = left.filter((row) => marks?.[row] !== MARKS[part]);
  }
  // The test first, so that it does not depend on the settings for validation.
  for (const part of ['test', 'validation'] as const) {
    const how = parts[part];
    if (how === null || 'dataset' in how || how.by === 'column') continue;
    if (how.by === 'fold') {
      const dealt = inFolds(permuted(left, seed, part), how, targets);
      held[part] = dealt.held.sort();
      left = dealt.others.sort();
      continue;
    }
    const size = sizes[part];
    const drawn = how.by === 'last' ? left : permuted(left, seed, part);
    const split = how.stratify === true ? lastOfEach(drawn, size, allOf(targets)) : lastOf(drawn, size);
    held[part] = split.last.sort();
    left = split.others.sort();
  }
  return { train: left, ...held };
}

/** Rows in their order: training, then validation, then test. */
function endsOf(samples: number, { validation, test }: NonNullable<JobInfo['parts']>): Split {
  const rows = Int32Array.from({ length: samples }, (_, i) => i);
  const train = samples - validation - test;
  return {
    train: rows.slice(0, train),
    validation: rows.slice(train, train + validation),
    test: rows.slice(train + validation),
  };
}

/** The windows of a series are marked when they are cut. */
function splitByMarks(marks: Uint8Array): Split {
  const all = Int32Array.from(marks.keys());
  const of = (part: keyof typeof MARKS) => all.filter((row) => marks[row] === MARKS[part]);
  return { train: of('train'), validation: of('validation'), test: of('test') };
}

function permuted(rows: Int32Array, seed: number, part: keyof typeof ROUND): Int32Array {
  return permutation(seed, STREAM.split, ROUND[part], rows.length).map((i) => rows[i]!);
}

/** Deals rows into the folds round-robin; if stratified, class by class, so that each fold gets its share of every class. */
function inFolds(
  drawn: Int32Array,
  { fold, folds, stratify }: { fold: number; folds: number; stratify: boolean | 'auto' },
  targets: Rows,
) {
  const dealt = [...drawn];
  if (stratify === true) {
    const all = allOf(targets);
    dealt.sort((a, b) => all[a]! - all[b]!);
  }
  const isHeld = (_: number, i: number) => i % folds === fold - 1;
  return {
    held: Int32Array.from(dealt.filter(isHeld)),
    others: Int32Array.from(dealt.filter((row, i) => !isHeld(row, i))),
  };
}

function lastOf(rows: Int32Array, size: number) {
  return { others: rows.slice(0, rows.length - size), last: rows.slice(rows.length - size) };
}

/** The last rows of every class, `size` in total, in proportion to the classes (largest remainder method). */
function lastOfEach(rows: Int32Array, size: number, targets: TableNumbers) {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(targets[row]!, (counts.get(targets[row]!) ?? 0) + 1);
  const shares = [...counts]
    .map(([value, count]) => ({ value, exact: (count * size) / rows.length }))
    .sort((a, b) => a.value - b.value);
  const quota = new Map(shares.map(({ value, exact }) => [value, Math.floor(exact)]));
  let rest = size - [...quota.values()].reduce((sum, n) => sum + n, 0);
  for (const { value } of shares.toSorted((a, b) => (b.exact % 1) - (a.exact % 1))) {
    if (rest === 0) break;
    quota.set(value, quota.get(value)! + 1);
    rest--;
  }
  const last: number[] = [];
  const others: number[] = [];
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]!;
    const left = quota.get(targets[row]!)!;
    if (left > 0) quota.set(targets[row]!, left - 1);
    (left > 0 ? last : others).push(row);
  }
  return { others: Int32Array.from(others), last: Int32Array.from(last) };
}
