import { constant, mul, sub, sum } from '#engine/functions.ts';
import { differences, numbersOf, together } from './answers.ts';
import type { Metric } from './metric.ts';

// 1 − Σ (y − ŷ)² / Σ (y − ȳ)² per number of a sample, averaged. Σ (y − ȳ)² = Σ z² − (Σ z)² / n with z = y − center. If all targets are
// equal: 1 if every prediction is exact, else 0.
export const r2: Metric<number> = {
  name: 'r2',
  help: "Fraction of the targets' variance that is explained (coefficient of determination)",
  tasks: ['numbers'],
  better: 'max',
  centered: true,
  record(batch) {
    const d = differences(batch);
    const z = sub(numbersOf(batch).wanted, batch.center());
    const rows = constant(d.graph, d.shape[0]!);
    return together(sum(mul(d, d), [0]), sum(z, [0]), sum(mul(z, z), [0]), rows);
  },
  finish(sums) {
    const width = (sums.length - 1) / 3;
    const rows = sums.at(-1)!;
    let total = 0;
    for (let i = 0; i < width; i++) {
      const [left, first, second] = [sums[i]!, sums[width + i]!, sums[2 * width + i]!];
      const variance = second - first ** 2 / rows;
      total += variance > 1e-7 * second ? 1 - left / variance : left === 0 ? 1 : 0;
    }
    return total / width;
  },
};
