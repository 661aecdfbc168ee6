import { constant, mul, sum } from '#engine/functions.ts';
import { sizeOf } from '#engine/shape.ts';
import { differencesInUnits, together } from './answers.ts';
import type { Metric } from './metric.ts';

export const rmse: Metric<number> = {
  name: 'rmse',
  help: 'Root of the mean squared error',
  tasks: ['numbers'],
  better: 'min',
  inUnits: true,
  record(batch) {
    const d = differencesInUnits(batch);
    return together(sum(mul(d, d)), constant(d.graph, sizeOf(d.shape)));
  },
  finish: ([total, count]) => Math.sqrt(total! / count!),
};
