import type { Metric } from './metric.ts';
import { macro, tallies } from './tallies.ts';

export const recall: Metric<number> = {
  name: 'recall',
  help: 'The fraction of samples of a class that are recognized; the mean over the classes',
  tasks: ['classes', 'binary'],
  better: 'max',
  record: tallies,
  finish: (sums) => macro(sums, (right, _, wanted) => (wanted === 0 ? 0 : right / wanted)),
};
