import { abs, constant, sum } from '#engine/functions.ts';
import { sizeOf } from '#engine/shape.ts';
import { differences, together } from './answers.ts';
import type { Metric } from './metric.ts';

export const mae: Metric<number> = {
  name: 'mae',
  help: 'Mean absolute error',
  tasks: ['numbers'],
  better: 'min',
  record(batch) {
    const d = differences(batch);
    return together(sum(abs(d)), constant(d.graph, sizeOf(d.shape)));
  },
  finish: ([total, count]) => total! / count!,
};
