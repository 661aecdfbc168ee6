import { abs, constant, sum } from '#engine/functions.ts';
import { sizeOf } from '#engine/shape.ts';
import { differencesInUnits, together } from './answers.ts';
import type { Metric } from './metric.ts';

export const mae: Metric<number> = {
  name: 'mae',
  help: 'Mean absolute error',
  tasks: ['numbers'],
  better: 'min',
  inUnits: true,
  record(batch) {
    const d = differencesInUnits(batch);
    return together(sum(abs(d)), constant(d.graph, sizeOf(d.shape)));
  },
  finish: ([total, count]) => total! / count!,
};
