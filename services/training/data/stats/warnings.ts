// Warnings about a dataset before training: columns that are constant, number the rows or leak the target; rare classes.

import type { Warning } from '#contracts/warnings.ts';
import type { ColumnValues } from './columns.ts';
import { runsOf, sortedOf } from './summary.ts';

/** Fewer rows prove nothing. */
const LEAST_ROWS = 20;
/** From here on, whole numbers are quantities, not classes. */
const MOST_CLASSES = 20;
/** A class is rare below this fraction of the largest one's samples. */
const RARE = 0.1;
/** Average number of samples per value needed before a match with the target is not due to chance. */
const GROUP = 5;

const told = (code: string, { name }: ColumnValues, message: string): Warning => ({
  code,
  param: `columns.${name}`,
  message: `column "${name}" ${message}`,
});

/** @param sorted its values in ascending order */
export function* columnWarnings(
  column: ColumnValues,
  sorted: Float64Array,
  target: ColumnValues | null,
): Generator<Warning> {
  const { values, labels } = column;
  if (values === null || sorted.length === 0) return;
  if (sorted[0] === sorted.at(-1) && sorted.length === values.length) {
    yield told(
      'constant_column',
      column,
      'has the same value in every row, so nothing can be learned from it',
    );
    return;
  }
  if (numbersRows(values, labels)) {
    const message = 'increases by whole numbers from row to row, like an id: it only identifies the rows';
    yield told('id_like_column', column, message);
    return;
  }
  if (target?.values && values.length >= LEAST_ROWS && leaks(column, target)) {
    const message = 'predicts the target perfectly on its own: is it really known in advance?';
    yield told('leaks_target', column, message);
  }
}

function numbersRows(values: Float64Array, labels: readonly string[] | null): boolean {
  if (labels !== null || values.length < LEAST_ROWS) return false;
  return values.every((value, i) => Number.isInteger(value) && (i === 0 || value > values[i - 1]!));
}

/** Whether the values are labels, or a few whole numbers starting from 0. */
export function areClasses({ values, labels }: ColumnValues): boolean {
  if (labels !== null) return true;
  const kinds = new Set<number>();
  for (const value of values!) {
    if (!Number.isInteger(value) || value < 0 || value >= MOST_CLASSES) return false;
    kinds.add(value);
  }
  return kinds.has(0) && kinds.size > 1;
}

function leaks(column: ColumnValues, target: ColumnValues): boolean {
  const [x, y] = [column.values!, target.values!];
  if (x.some(Number.isNaN) || y[0] === undefined || y.every((value) => value === y[0])) return false;
  if (eachValueHasOne(x, y)) return true;
  if (column.labels !== null) return false;
  return areClasses(target) ? isCutInRanges(x, y) : isLine(x, y);
}

/** Every value occurs with only one value of the target, and often enough. */
function eachValueHasOne(x: Float64Array, y: Float64Array): boolean {
  const found = new Map<number, number>();
  for (const [i, value] of x.entries()) {
    const known = found.get(value);
    if (known === undefined) found.set(value, y[i]!);
    else if (known !== y[i]) return false;
    if (found.size * GROUP > x.length) return false;
  }
  return true;
}

/** Sorted by the column, every class is one contiguous range. */
function isCutInRanges(x: Float64Array, y: Float64Array): boolean {
  const order = Uint32Array.from(x.keys()).sort((a, b) => x[a]! - x[b]! || y[a]! - y[b]!);
  const seen = new Set<number>();
  let last = Number.NaN;
  for (const [place, row] of order.entries()) {
    if (y[row] === last) continue;
    // Two classes share this value, so the column cannot separate them.
    if (place > 0 && x[row] === x[order[place - 1]!]) return false;
    if (seen.has(y[row]!)) return false;
    seen.add(y[row]!);
    last = y[row]!;
  }
  return seen.size * GROUP <= x.length;
}

/** The squared correlation is 1, up to rounding. */
function isLine(x: Float64Array, y: Float64Array): boolean {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value / values.length, 0);
  const [mx, my] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xx += (x[i]! - mx) ** 2;
    yy += (y[i]! - my) ** 2;
    xy += (x[i]! - mx) * (y[i]! - my);
  }
  return xx > 0 && yy > 0 && (xy * xy) / (xx * yy) > 1 - 1e-9;
}

export function* targetWarnings(target: ColumnValues): Generator<Warning> {
  const runs = [...runsOf(sortedOf(target.values!))];
  if (runs.length === 1) {
    const message = 'the target is the same in every row, so there is nothing to learn';
    yield { code: 'constant_target', param: 'target', message };
    return;
  }
  if (!areClasses(target)) return;
  const nameOf = (value: number) => (target.labels === null ? value : `"${target.labels[value]}"`);
  const [largest] = runs.toSorted((a, b) => b.count - a.count);
  const rare = runs.filter(({ count }) => count < RARE * largest!.count);
  if (rare.length === 0) return;
  const shown = rare.slice(0, 5).map(({ value, count }) => `${nameOf(value)} (${count})`);
  const more = rare.length > 5 ? ` and ${rare.length - 5} more` : '';
  const message = `classes are far from balanced: ${shown.join(', ')}${more} next to ${nameOf(largest!.value)} (${largest!.count}); accuracy alone says little then, f1 and recall say more, and "class_weight": "balanced" gives all classes equal weight`;
  yield { code: 'class_imbalance', param: 'target', message };
}
