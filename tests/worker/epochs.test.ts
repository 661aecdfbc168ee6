import { expect, test } from 'vitest';
import type { EpochReport } from '#training/run/fit.ts';
import { EventBudget, eventsOf, extend } from '../../services/worker/epochs.ts';

function report(epoch: number, values: Record<string, number> = { train_loss: epoch / 10 }): EpochReport {
  const rest = { best: true, learning_rate: 0.1, samples_per_sec: 5, seconds: epoch, eta_seconds: 0 };
  return { epoch, epochs: 9_999, step: epoch, values, ...rest };
}

const reports = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => report(from + i));

test('a partial block is written again with the epochs since', () => {
  const first = extend(null, reports(1, 3));
  expect(first.blocks.map((block) => [block.firstEpoch, block.values.length / 4])).toEqual([[1, 3]]);
  const second = extend(first.open, reports(4, 4));
  expect(second.blocks).toEqual([
    {
      firstEpoch: 1,
      names: ['train_loss', 'learning_rate', 'samples_per_sec', 'seconds'],
      values: Float64Array.from([1, 2, 3, 4].flatMap((epoch) => [epoch / 10, 0.1, 5, epoch])),
    },
  ]);
});

test('a full block is not written again, and a retried write produces the same blocks', () => {
  const { open } = extend(null, reports(1, 256));
  const blocks = () =>
    extend(open, reports(257, 600)).blocks.map((block) => [block.firstEpoch, block.values.length / 4]);
  expect(blocks()).toEqual([
    [257, 256],
    [513, 88],
  ]);
  expect(blocks()).toEqual(blocks());
});

test('a change of series names starts another block', () => {
  const { open } = extend(null, reports(1, 2));
  const { blocks } = extend(open, [report(3, { train_loss: 1, val_loss: 2 })]);
  expect(blocks.map(({ firstEpoch, names }) => [firstEpoch, names[1]])).toEqual([[3, 'val_loss']]);
});

test('the event budget allows a burst of 100, then 20 a second, and always at least one', () => {
  const budget = new EventBudget(0);
  expect(budget.take(5, 0)).toBe(5);
  expect(budget.take(1_000, 0)).toBe(95);
  expect(budget.take(1_000, 1_000)).toBe(20);
  expect(budget.take(1_000, 1_000)).toBe(1);
  expect(budget.take(3, 60_000)).toBe(3);
});

test('an event that stands for several epochs names the first of them', () => {
  const told = eventsOf(reports(11, 20), 3).map(({ data }) => data);
  expect(told).toMatchObject([
    { epoch: 14, from_epoch: 11, metrics: { train_loss: 1.4 } },
    { epoch: 17, from_epoch: 15 },
    { epoch: 20, from_epoch: 18 },
  ]);
  const first = eventsOf(reports(1, 11), 3).map(({ data }) => data);
  expect(first).toMatchObject([{ epoch: 1 }, { epoch: 6, from_epoch: 2 }, { epoch: 11, from_epoch: 7 }]);
  expect(eventsOf(reports(1, 2), 2).map(({ data }) => 'from_epoch' in data)).toEqual([false, false]);
});
