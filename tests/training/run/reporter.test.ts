import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CompiledJob } from '#training/job/compile.ts';
import { type ProgressReport, Reporter } from '#training/run/reporter.ts';

/** 4 epochs of 10 batches of 8 rows: only what the reporter reads of a job. */
const job = {
  spec: { training: { epochs: 4, max_seconds: null } },
  train: { steps: 10, batch: 8, rows: 80 },
  recipe: { metrics: [] },
  recordSizes: new Map(),
} as unknown as CompiledJob;

const place = (epoch: number, position: number, seconds: number) => ({
  epoch,
  position,
  seconds,
  step: epoch * 10 + position,
  sums: [position * 8 * 0.25],
});

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

function reporter(from = place(0, 0, 0)) {
  const told: ProgressReport[] = [];
  const hooks = {
    onEpoch() {},
    onProgress: (report: ProgressReport) => told.push(report),
    shouldStop: () => null,
  };
  return { told, reporter: new Reporter(job, { ...hooks, async yieldToEvents() {} }, from) };
}

it('reports the position within an epoch at most twice a second, with the loss so far, the rate and the time left', () => {
  const { told, reporter: to } = reporter();
  for (let position = 1; position <= 9; position++) {
    vi.advanceTimersByTime(200);
    to.progress(place(0, position, position * 0.2));
  }
  expect(told.map(({ step }) => step)).toEqual([3, 6, 9]);
  expect(told[1]).toEqual({
    epoch: 0,
    step: 6,
    running_loss: expect.closeTo(0.25, 12),
    samples_per_sec: expect.closeTo(40, 9),
    eta_seconds: expect.closeTo(34 * 0.2, 9),
  });
});

it('measures its rate from where an earlier attempt stopped', () => {
  const { told, reporter: to } = reporter(place(2, 4, 1_000));
  vi.advanceTimersByTime(600);
  to.progress(place(2, 6, 1_002));
  expect(told).toMatchObject([{ samples_per_sec: expect.closeTo(8, 9), eta_seconds: expect.closeTo(14, 9) }]);
});

it('reports no position before any work is done, and a finite time left for an epoch with nothing left to do', () => {
  const { told, reporter: to } = reporter(place(1, 10, 5));
  vi.advanceTimersByTime(5_000);
  to.progress(place(1, 10, 9));
  expect(told).toEqual([]);
  const ends: number[] = [];
  const hooks = { onEpoch: ({ eta_seconds }: { eta_seconds: number }) => ends.push(eta_seconds) };
  const silent = { ...hooks, shouldStop: () => null, async yieldToEvents() {} };
  const measured = { values: {}, matrices: {} };
  const told2 = { best: false, learningRate: 1, samplesPerSecond: 1 };
  new Reporter(job, silent, place(1, 10, 5)).epoch(place(2, 0, 5), measured, told2);
  expect(ends).toEqual([5]);
});
