// What the recorder writes of a job's epochs, progress and warnings, in which batches, and what it does when a write fails.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EventBody } from '#contracts/jobs/events.ts';
import type { JobUpdate, Lease } from '#store/store.ts';
import type { EpochReport, ProgressReport } from '#training/run/fit.ts';
import { openRecorder, type RecorderOptions, reportWarning } from '../../services/worker/recorder.ts';

const lease: Lease = { jobId: 'job_1', token: 'token', attempt: 1 };
let writes: { at: number; epochs: number[]; update: JobUpdate | undefined }[];
let answer: () => Promise<boolean>;
let told: { recorded: number; lost: number; errors: number };

beforeEach(() => {
  writes = [];
  told = { recorded: 0, lost: 0, errors: 0 };
  answer = async () => true;
});

function open(change: Partial<RecorderOptions> = {}) {
  return openRecorder({
    lease,
    jobs: {
      async append(_: Lease, bodies: readonly EventBody[], update?: JobUpdate) {
        const epochs = bodies.flatMap((body) => (body.type === 'metrics' ? [body.data.epoch] : []));
        writes.push({ at: performance.now(), epochs, update });
        return answer();
      },
    },
    onRecorded: (reports) => {
      told.recorded += reports;
    },
    onLost: () => {
      told.lost++;
    },
    onError: () => {
      told.errors++;
    },
    ...change,
  });
}

function report(
  epoch: number,
  values: Record<string, number> = { train_loss: 1 / epoch },
  best = true,
): EpochReport {
  return {
    epoch,
    epochs: 9,
    step: epoch,
    values,
    best,
    learning_rate: 0.1,
    samples_per_sec: 1,
    seconds: 1,
    eta_seconds: 0,
  };
}

describe('epochs', () => {
  describe('over time', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
    afterEach(() => void vi.useRealTimers());

    test('are written at once if they are the first, and batched for 50 ms after that', async () => {
      const recorder = open();
      recorder.add(report(1));
      await vi.advanceTimersByTimeAsync(0);
      for (const epoch of [2, 3, 4]) recorder.add(report(epoch));
      await vi.advanceTimersByTimeAsync(49);
      expect(writes.map((write) => write.epochs)).toEqual([[1]]);
      await vi.advanceTimersByTimeAsync(2);
      expect(writes.map((write) => write.epochs)).toEqual([[1], [2, 3, 4]]);
    });

    test('are written without delay by a flush, which resolves when they are', async () => {
      const recorder = open();
      for (const epoch of [1, 2, 3]) recorder.add(report(epoch));
      await recorder.flush();
      expect(told.recorded).toBe(3);
    });
  });

  test('are written one batch at a time, in order, however slow a write is', async () => {
    let under = 0;
    answer = async () => {
      expect(++under).toBe(1);
      await sleep(80);
      under--;
      return true;
    };
    const recorder = open();
    for (let epoch = 1; epoch <= 6; epoch++) {
      recorder.add(report(epoch));
      await sleep(30);
    }
    await recorder.flush();
    expect(writes.flatMap((write) => write.epochs)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('store NaN and infinity by name, which JSON cannot hold', async () => {
    const recorder = open();
    recorder.add(report(1, { train_loss: 2 }));
    await recorder.flush();
    recorder.add(report(2, { train_loss: Number.NaN, val_loss: Number.POSITIVE_INFINITY }, false));
    await recorder.flush();
    expect(writes[1]?.update).toMatchObject({
      progress: { epoch: 2, step: 2, etaSeconds: 0, runningLoss: null, samplesPerSec: 1 },
      latest: { epoch: 2, metrics: {}, nonfinite: { train_loss: 'NaN', val_loss: 'Infinity' } },
    });
  });

  test('store as the best the last one that the trainer marked as best', async () => {
    const recorder = open();
    recorder.add(report(1, { train_loss: 3, val_accuracy: 0.5 }));
    recorder.add(report(2, { train_loss: 4, val_accuracy: 0.9 }));
    recorder.add(report(3, { train_loss: 1, val_accuracy: 0.7 }, false));
    await recorder.flush();
    recorder.add(report(4, { train_loss: 1, val_accuracy: 0.6 }, false));
    await recorder.flush();
    expect(writes.flatMap(({ update }) => update?.best?.epoch ?? []).at(-1)).toBe(2);
    expect(writes.at(-1)?.update?.best).toBeUndefined();
  });
});

describe('a job of many short epochs', () => {
  test('has an event for each of the first hundred epochs, then for some, and stores the values of all', async () => {
    const recorder = open();
    for (let epoch = 1; epoch <= 5_000; epoch++) recorder.add(report(epoch));
    await recorder.flush();
    recorder.add(report(5_001));
    await recorder.flush();
    const told = writes.flatMap((write) => write.epochs);
    expect(told.length).toBeLessThanOrEqual(103);
    expect(told.at(-1)).toBe(5_001);
    const losses = new Map<number, number>();
    for (const { firstEpoch, names, values } of writes.flatMap((write) => write.update?.history ?? [])) {
      for (let i = 0; i < values.length / names.length; i++) {
        losses.set(firstEpoch + i, values[i * names.length + names.indexOf('train_loss')]!);
      }
    }
    expect(losses).toEqual(new Map(Array.from({ length: 5_001 }, (_, i) => [i + 1, 1 / (i + 1)])));
  });
});

describe('the progress within an epoch', () => {
  const place = (epoch: number, step: number): ProgressReport => ({
    epoch,
    step,
    running_loss: 0.5,
    samples_per_sec: 100,
    eta_seconds: 3,
  });

  test('is written without an event', async () => {
    const recorder = open();
    recorder.progress(place(0, 7));
    await recorder.flush();
    const progress = { epoch: 0, step: 7, etaSeconds: 3, runningLoss: 0.5, samplesPerSec: 100 };
    expect(writes.map(({ epochs, update }) => ({ epochs, update }))).toEqual([
      { epochs: [], update: { progress, write: 1 } },
    ]);
  });

  test('is not written if the epoch has ended in the meantime', async () => {
    const recorder = open();
    recorder.add(report(1));
    recorder.progress(place(1, 7));
    recorder.add(report(2));
    await recorder.flush();
    expect(writes.map((write) => write.update?.progress?.epoch)).toEqual([1, 2]);
  });
});

describe('written()', () => {
  test('resolves to true once the epochs so far are written, whatever is added later', async () => {
    answer = async () => {
      await sleep(60);
      return true;
    };
    const recorder = open();
    expect(await recorder.written()).toBe(true);
    recorder.add(report(1));
    const first = recorder.written();
    recorder.add(report(2));
    expect(await first).toBe(true);
    expect(told.recorded).toBe(1);
    await recorder.flush();
  });

  test('resolves to false if they never will be', async () => {
    answer = async () => false;
    const recorder = open();
    recorder.add(report(1));
    expect(await recorder.written()).toBe(false);
    expect(await open().written()).toBe(true);
  });

  test('resolves to false for epochs after the lease was lost, so that no checkpoint is kept without its epochs', async () => {
    const recorder = open();
    recorder.add(report(1));
    await recorder.flush();
    expect(await recorder.written()).toBe(true);
    recorder.abandon();
    recorder.add(report(2));
    expect(await recorder.written()).toBe(false);
  });
});

describe('an attempt that resumes an earlier one', () => {
  test('records that first, and keeps the earlier best until it is beaten', async () => {
    const recorder = open();
    const earlier = (epoch: number, loss: number) => ({
      epoch,
      metrics: { train_loss: loss },
      nonfinite: {},
    });
    const from = {
      progress: { epoch: 4, step: 4, etaSeconds: null, runningLoss: null, samplesPerSec: null },
      latest: earlier(4, 0.5),
      best: earlier(2, 0.2),
    };
    recorder.open({ type: 'log', data: { level: 'info', message: 'resumes' } }, from);
    await recorder.flush();
    recorder.add(report(5, { train_loss: 0.3 }, false));
    await recorder.flush();
    recorder.add(report(6, { train_loss: 0.1 }));
    await recorder.flush();
    expect(writes.map((write) => write.epochs)).toEqual([[], [5], [6]]);
    expect(writes[0]?.update).toEqual({ ...from, write: 1 });
    expect(writes.map((write) => write.update?.best?.epoch)).toEqual([2, undefined, 6]);
  });
});

describe('a write', () => {
  test('that fails is retried with all that it contained', async () => {
    answer = async () => {
      if (writes.length === 1) throw new Error('the database is away');
      return true;
    };
    const recorder = open();
    recorder.add(report(1));
    await recorder.flush();
    expect(writes.map((write) => write.epochs)).toEqual([[1], [1]]);
    expect(writes[1]?.update?.best?.epoch).toBe(1);
    expect(told).toEqual({ recorded: 1, lost: 0, errors: 1 });
  });

  test('that fails is retried unchanged under its number, and what was added meanwhile gets the next one', async () => {
    answer = async () => {
      if (writes.length > 2) return true;
      recorder.add(report(1 + writes.length));
      throw new Error('the answer was lost');
    };
    const recorder = open();
    recorder.add(report(1));
    await recorder.flush();
    expect(writes.map(({ epochs, update }) => [update?.write, epochs])).toEqual([
      [1, [1]],
      [1, [1]],
      [1, [1]],
      [2, [2, 3]],
    ]);
    expect(writes[2]?.update).toEqual(writes[0]?.update);
    expect(told).toEqual({ recorded: 3, lost: 0, errors: 2 });
  });

  test('that matches no row reports the lost lease once, and is the last', async () => {
    answer = async () => false;
    const recorder = open();
    recorder.add(report(1));
    await recorder.flush();
    recorder.add(report(2));
    await recorder.flush();
    expect(writes).toHaveLength(1);
    expect(told).toEqual({ recorded: 0, lost: 1, errors: 0 });
  });

  test('is no longer awaited once the recorder is abandoned', async () => {
    answer = async () => {
      throw new Error('the database is away');
    };
    const recorder = open();
    recorder.add(report(1));
    await vi.waitFor(() => expect(told.errors).toBe(1));
    recorder.abandon();
    await recorder.flush();
  });
});

describe('warnings', () => {
  const warning = (code: string) => ({ code, param: 'training', message: 'hardly meant' });

  test('that arrive together are all written, except those that an earlier attempt reported', async () => {
    const recorder = open();
    const job = { warnings: [warning('old')] };
    for (const code of ['one', 'old', 'two']) reportWarning(recorder, job, warning(code));
    await recorder.flush();
    const written = writes.flatMap(({ update }) => update?.warnings ?? []);
    expect(written).toEqual([warning('one'), warning('two')]);
  });
});
