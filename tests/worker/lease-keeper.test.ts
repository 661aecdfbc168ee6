import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Lease, Renewed } from '#store/store.ts';
import { keepLease, type LeaseKeeper } from '../../services/worker/lease-keeper.ts';
import { quietLog } from '../support/log.ts';

const lease: Lease = { jobId: 'job_1', token: 'token', attempt: 1 };
let renewals: number;
let answer: () => Promise<Renewed | null>;
let keeper: LeaseKeeper;
const onLost = vi.fn();
const onPause = vi.fn();
const onCheckpointWanted = vi.fn();
const onCancel = vi.fn();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onLost.mockReset();
  onCancel.mockReset();
  onPause.mockReset();
  onCheckpointWanted.mockReset();
  renewals = 0;
  answer = async () => ({ status: 'running', checkpointWantedAt: null });
  const renew = () => {
    renewals++;
    return answer();
  };
  keeper = keepLease({
    jobs: { renew },
    lease,
    seconds: 20,
    log: quietLog,
    onLost,
    onCancel,
    onPause,
    onCheckpointWanted,
  });
});
afterEach(async () => {
  await keeper.stop();
  vi.useRealTimers();
});

describe('a lease of 20 seconds', () => {
  test('is renewed every 5 seconds', async () => {
    await vi.advanceTimersByTimeAsync(20_100);
    expect(renewals).toBe(4);
    expect(onLost).not.toHaveBeenCalled();
  });

  test('is reported lost once when the row says so', async () => {
    answer = async () => null;
    await vi.advanceTimersByTimeAsync(60_000);
    keeper.lost();
    expect(renewals).toBe(1);
    expect(onLost.mock.calls).toEqual([['taken']]);
  });

  test('survives a short database outage', async () => {
    answer = async () => {
      if (renewals <= 3) throw new Error('away');
      return { status: 'running', checkpointWantedAt: null };
    };
    await vi.advanceTimersByTimeAsync(60_000);
    expect(onLost).not.toHaveBeenCalled();
  });

  test('is given up if the database is down for longer than the lease', async () => {
    answer = async () => {
      throw new Error('away');
    };
    await vi.advanceTimersByTimeAsync(26_000);
    expect(onLost.mock.calls).toEqual([['outage']]);
    const before = renewals;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(renewals).toBe(before);
  });

  test('is given up when it expires, even if a renewal hangs', async () => {
    answer = () => new Promise(() => {});
    await vi.advanceTimersByTimeAsync(19_900);
    expect(onLost).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(onLost.mock.calls).toEqual([['outage']]);
    // The hanging renewal never settles, and a real stop would wait for it.
    keeper = { ...keeper, stop: async () => {} };
  });

  test('that expired while the process was frozen is not reported as an outage', async () => {
    answer = () => new Promise(() => {});
    await vi.advanceTimersByTimeAsync(6_000);
    const now = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => now + 60_000);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(onLost.mock.calls).toEqual([['late']]);
    vi.mocked(performance.now).mockRestore();
    keeper = { ...keeper, stop: async () => {} };
  });

  test('is not renewed after stop', async () => {
    await keeper.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(renewals).toBe(0);
  });
});

describe('a notification', () => {
  test('makes it check the row within 100 ms, once for a burst', async () => {
    for (let i = 0; i < 50; i++) keeper.checkSoon();
    await vi.advanceTimersByTimeAsync(101);
    expect(renewals).toBe(1);
  });

  test('calls onCancel once if the job is cancelling', async () => {
    answer = async () => ({ status: 'cancelling', checkpointWantedAt: null });
    keeper.checkSoon();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(onCancel).toHaveBeenCalledOnce();
    expect(renewals).toBeGreaterThan(3); // the lease is held until the job has ended
  });
});

test('a pause and a checkpoint request are each reported once', async () => {
  const checkpointWantedAt = new Date();
  answer = async () => ({ status: 'pausing', checkpointWantedAt });
  await vi.advanceTimersByTimeAsync(20_100);
  expect(renewals).toBe(4);
  expect(onPause).toHaveBeenCalledOnce();
  expect(onCheckpointWanted).toHaveBeenCalledOnce();
  answer = async () => ({
    status: 'pausing',
    checkpointWantedAt: new Date(checkpointWantedAt.getTime() + 1),
  });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(onCheckpointWanted).toHaveBeenCalledTimes(2);
});
