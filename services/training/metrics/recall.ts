import type { Metric } from './metric.ts';
import { macro, tallies } from './tallies.ts';

export const recall: Metric<number> = {
  name: 'recall',
  help: 'Of the samples of a class, the share that are recognised; the mean over the classes',
  tasks: ['classes', 'binary'],
  better: 'max',
  record: tallies,
  finish: (sums) => macro(sums, (right, _, wanted) => (wanted === 0 ? 0 : right / wanted)),
};
