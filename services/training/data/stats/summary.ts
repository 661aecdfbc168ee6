// Statistics of one column. Moments take two passes in doubles; the rest is read from the sorted values, so it is exact for any number of
// rows.

import type { ColumnStats, Histogram } from '#contracts/datasets/dataset-stats.ts';
import { quantileOf } from '../quantile.ts';
import type { ColumnValues } from './columns.ts';

const BINS = 20;
export const MOST_FREQUENT = 20;

/** @param sorted ascending, without NaN */
export function histogramOf(sorted: Float64Array): Histogram | null {
  if (sorted.length === 0) return null;
  const [min, max] = [sorted[0]!, sorted.at(-1)!];
  const whole = sorted.every(Number.isInteger);
  const edges = edgesOf(min, max, whole);
  const counts = new Array<number>(edges.length - 1).fill(0);
  let bin = 0;
  for (const value of sorted) {
    while (bin < counts.length - 1 && value >= edges[bin + 1]!) bin++;
    counts[bin]!++;
  }
  return { edges, counts };
}

export function edgesOf(min: number, max: number, whole: boolean): number[] {
  if (whole) {
    const width = Math.ceil((max - min + 1) / BINS);
    const bins = Math.ceil((max - min + 1) / width);
    return Array.from({ length: bins + 1 }, (_, i) => min + i * width);
  }
  const bins = min === max ? 1 : BINS;
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? max : min + ((max - min) / bins) * i));
}

/** Moments of the values that are present. @param values NaN if missing */
export function momentsOf(values: Float64Array): { count: number; mean: number; std: number } {
  let [count, sum] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
  }
  // The second pass corrects the rounding error of the first.
  const rough = sum / count;
  let [left, squares] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    left += value - rough;
    squares += (value - rough) ** 2;
  }
  const rest = left / count;
  return { count, mean: rough + rest, std: Math.sqrt(Math.max(0, squares / count - rest ** 2)) };
}

interface Run {
  readonly value: number;
  readonly count: number;
}

/** Each distinct value with its count. */
export function* runsOf(sorted: Float64Array): Generator<Run> {
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    yield { value: sorted[start]!, count: end - start };
    start = end;
  }
}

/** Keeps the most frequent values; ties go to the smaller value. */
function mostFrequent(sorted: Float64Array): { distinct: number; frequent: Run[] } {
  let distinct = 0;
  let frequent: Run[] = [];
  for (const run of runsOf(sorted)) {
    distinct++;
    if (run.count < 2 && sorted.length > 1) continue;
    frequent.push(run);
    if (frequent.length > 64 * MOST_FREQUENT) frequent = top(frequent);
  }
  return { distinct, frequent: top(frequent) };
}

const top = (runs: Run[]) => runs.toSorted((a, b) => b.count - a.count).slice(0, MOST_FREQUENT);

export function sortedOf(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value)).sort();
}

const NO_NUMBERS = { min: null, max: null, mean: null, std: null, histogram: null, quartiles: null };

/** @param sorted the values in ascending order, without NaN */
export function summaryOf(
  { name, type, values, labels, missing }: ColumnValues,
  sorted: Float64Array,
): ColumnStats {
  if (values === null) return { name, type, missing, distinct: null, ...NO_NUMBERS, frequent: [] };
  const { distinct, frequent } = mostFrequent(sorted);
  if (labels !== null) {
    const counts = [...runsOf(sorted)];
    // The empty cell counts as a category here.
    return {
      ...{ name, type, missing, distinct: counts.length, ...NO_NUMBERS },
      frequent: top(counts).map(({ value, count }) => ({ value: labels[value]!, count })),
    };
  }
  const { count, mean, std } = momentsOf(values);
  const common = { name, type, missing: values.length - count, distinct };
  if (count === 0) return { ...common, ...NO_NUMBERS, frequent: [] };
  return {
    ...common,
    min: sorted[0]!,
    max: sorted.at(-1)!,
    mean,
    std: sorted[0] === sorted.at(-1) ? 0 : std,
    histogram: histogramOf(sorted),
    quartiles: [0.25, 0.5, 0.75].map((share) => quantileOf(sorted, share)),
    frequent,
  };
}
