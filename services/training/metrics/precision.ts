import type { Metric } from './metric.ts';
import { macro, tallies } from './tallies.ts';

export const precision: Metric<number> = {
  name: 'precision',
  help: 'The fraction of predictions of a class that are correct; the mean over the classes',
  tasks: ['classes', 'binary'],
  better: 'max',
  record: tallies,
  finish: (sums) => macro(sums, (right, said) => (said === 0 ? 0 : right / said)),
};
