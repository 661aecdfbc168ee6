// Statistics of arrays: of all numbers together, and of each number of a sample if there are not too many.

import type { ArrayStats } from '#contracts/datasets/dataset-stats.ts';
import { sizeOf } from '../../model/shape.ts';
import type { TableNumbers } from '../numbers.ts';
import { edgesOf } from './summary.ts';

const MOST_EACH = 4_096;

/** @param values [samples, …shape], finite */
export function arrayStats(values: TableNumbers, shape: readonly number[]): ArrayStats {
  const width = sizeOf(shape);
  const samples = values.length / width;
  let [min, max, sum, zeros] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  let whole = true;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    if (value === 0) zeros++;
    whole &&= Number.isInteger(value);
    sum += value;
  }
  const mean = sum / values.length;
  const edges = edgesOf(min, max, whole);
  const counts = new Array<number>(edges.length - 1).fill(0);
  const binWidth = (edges.at(-1)! - min) / counts.length || 1;
  let squares = 0;
  for (const value of values) {
    squares += (value - mean) ** 2;
    let bin = Math.min(counts.length - 1, Math.floor((value - min) / binWidth));
    // Rounding in the division may have crossed an edge.
    if (bin > 0 && value < edges[bin]!) bin--;
    else if (bin < counts.length - 1 && value >= edges[bin + 1]!) bin++;
    counts[bin]!++;
  }
  return {
    shape: [...shape],
    min,
    max,
    mean,
    std: Math.sqrt(squares / values.length),
    histogram: { edges, counts },
    zeros: zeros / values.length,
    each: width > MOST_EACH ? null : eachOf(values, width, samples),
  };
}

function eachOf(values: TableNumbers, width: number, samples: number): NonNullable<ArrayStats['each']> {
  const [min, max] = [new Float64Array(width).fill(Number.POSITIVE_INFINITY), new Float64Array(width)];
  max.fill(Number.NEGATIVE_INFINITY);
  const [mean, variance] = [new Float64Array(width), new Float64Array(width)];
  for (let start = 0; start < values.length; start += width) {
    for (let i = 0; i < width; i++) {
      const value = values[start + i]!;
      if (value < min[i]!) min[i] = value;
      if (value > max[i]!) max[i] = value;
      mean[i]! += value / samples;
    }
  }
  for (let start = 0; start < values.length; start += width) {
    for (let i = 0; i < width; i++) variance[i]! += (values[start + i]! - mean[i]!) ** 2 / samples;
  }
  const std = variance.map((value, i) => (min[i] === max[i] ? 0 : Math.sqrt(value)));
  return { min: [...min], max: [...max], mean: [...mean], std: [...std] };
}
