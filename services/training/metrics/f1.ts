import type { Metric } from './metric.ts';
import { macro, tallies } from './tallies.ts';

// 2 · precision · recall / (precision + recall) = 2 · correct / (predicted + actual), per class.
export const f1: Metric<number> = {
  name: 'f1',
  help: 'The harmonic mean of precision and recall; the mean over the classes',
  tasks: ['classes', 'binary'],
  better: 'max',
  record: tallies,
  finish: (sums) => macro(sums, (right, said, wanted) => (2 * right) / (said + wanted)),
};
