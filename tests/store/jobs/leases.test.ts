import { describe, expect, test } from 'vitest';
import type { Lease } from '#store/store.ts';
import { bytesOf, createJob, trained } from '../../support/jobs.ts';
import { says, useLeasedJobs } from '../../support/leased.ts';
import { runSql } from '../../support/postgres.ts';

const { store, url, jobs, claimed, expire, everything } = useLeasedJobs();

describe('claim', () => {
  test('is won by exactly one of many, and by nobody afterwards', async () => {
    const { id } = await createJob(store());
    const tries = await Promise.all(Array.from({ length: 12 }, (_, i) => jobs().claim(id, `w${i}`, 60)));
    const winners = tries.filter((won) => won !== null);
    expect(winners).toHaveLength(1);
    expect(winners[0]?.job).toMatchObject({ status: 'running', attempt: 1, startedAt: expect.any(Date) });
    expect(winners[0]?.job).toEqual(await jobs().get(id));
    expect(await jobs().claim(id, 'late', 60)).toBeNull();
    expect(await jobs().claim('job_unknown', 'w', 60)).toBeNull();
  });

  test("sets the lease's expiry by the database's clock", async () => {
    const { id } = await createJob(store());
    await jobs().claim(id, 'w', 40);
    const rows = await runSql<{ left: number }>(
      url(),
      `SELECT extract(epoch FROM lease_expires_at - clock_timestamp())::float8 AS left FROM job WHERE id = '${id}'`,
    );
    expect(rows[0]?.left).toBeGreaterThan(35);
    expect(rows[0]?.left).toBeLessThanOrEqual(40);
  });
});

describe('append', () => {
  test('adds events with consecutive numbers and the attempt, and updates the given fields', async () => {
    const { id, lease } = await claimed();
    const latest = { epoch: 1, metrics: { train_loss: 0.5 }, nonfinite: {} };
    const progress = { epoch: 1, step: 2, etaSeconds: 1.5, runningLoss: null, samplesPerSec: null };
    expect(await jobs().append(lease, [says('a'), says('b')], { progress, latest, best: latest })).toBe(true);
    expect(await jobs().append(lease, [says('c')])).toBe(true);
    const warnings = ['one', 'two'].map((code) => ({ code, param: 'training', message: 'hardly meant' }));
    for (const warning of warnings) await jobs().append(lease, [], { test: latest, warnings: [warning] });
    const kept = { lastSeq: 6, progress, latest, best: latest, test: latest, warnings };
    expect(await jobs().get(id)).toMatchObject(kept);
    const events = await store().events.list(id, { after: 3, limit: 10 });
    expect(events.map(({ seq, attempt, data }) => [seq, attempt, data])).toEqual([
      [4, 1, { level: 'info', message: 'a' }],
      [5, 1, { level: 'info', message: 'b' }],
      [6, 1, { level: 'info', message: 'c' }],
    ]);
    await jobs().append(lease, [], {
      progress: { epoch: 2, step: 4, etaSeconds: null, runningLoss: null, samplesPerSec: null },
    });
    expect(await jobs().get(id)).toMatchObject({
      lastSeq: 6,
      progress: { epoch: 2, step: 4, etaSeconds: null, runningLoss: null, samplesPerSec: null },
    });
  });

  test('accepts text that Postgres cannot store', async () => {
    const { id, lease } = await claimed();
    const odd = 'NUL \0, lone \ud800, smile 😀';
    await jobs().append(lease, [says(odd)]);
    expect((await store().events.list(id, { after: 3, limit: 1 }))[0]?.data).toEqual({
      level: 'info',
      message: odd,
    });
    await jobs().finish(lease, { status: 'failed', stopReason: 'trainer_crashed', message: odd });
    expect((await jobs().get(id))?.error?.message).toContain('smile 😀');
  });

  test('from concurrent writers leaves no gaps and no duplicates, in any order', async () => {
    const { id, lease } = await claimed();
    const writers = Array.from({ length: 40 }, (_, w) =>
      jobs().append(
        lease,
        Array.from({ length: 1 + (w % 4) }, (_, i) => says(`${w}.${i}`)),
      ),
    );
    const cancel = jobs().requestCancel(id);
    expect(await Promise.all(writers)).toEqual(writers.map(() => true));
    await cancel;
    const events = await store().events.list(id, { after: 0, limit: 1000 });
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events).toHaveLength(3 + 10 * (1 + 2 + 3 + 4) + 1);
    expect((await jobs().get(id))?.lastSeq).toBe(events.length);
    // Events of one append stay contiguous.
    const said = events.flatMap((event) => (event.type === 'log' ? [event.data.message] : []));
    for (let w = 0; w < 40; w++) {
      const first = said.indexOf(`${w}.0`);
      for (let i = 0; i <= w % 4; i++) expect(said[first + i]).toBe(`${w}.${i}`);
    }
  });
});

describe('renew', () => {
  test('returns the status, so that a worker learns of a cancel', async () => {
    const { id, lease } = await claimed();
    expect(await jobs().renew(lease, 60)).toMatchObject({ status: 'running' });
    await jobs().requestCancel(id);
    expect(await jobs().renew(lease, 60)).toMatchObject({ status: 'cancelling' });
  });

  test('after expiry still keeps the job, if it was not reclaimed', async () => {
    const { id, lease } = await claimed();
    await expire(id);
    await jobs().renew(lease, 60);
    expect(await jobs().reclaim(3)).toEqual({ requeued: [], failed: [], cancelled: [] });
  });
});

describe('finish', () => {
  test('ends the job with its model, and adds the status and done events', async () => {
    const { id, lease } = await claimed();
    const models = {
      last: { epoch: 3, step: 30, file: Buffer.from('weights') },
      best: { epoch: 2, step: 20, file: Buffer.from('better') },
    };
    const end = { status: 'succeeded', stopReason: 'completed', models, fingerprint: 'cpu-1' } as const;
    expect(await jobs().finish(lease, end)).toBe(true);
    const job = await jobs().get(id);
    expect(job).toMatchObject({
      status: 'succeeded',
      stopReason: 'completed',
      error: null,
      fingerprint: 'cpu-1',
    });
    expect([job?.model, job?.bestModel]).toMatchObject([
      { epoch: 3, step: 30 },
      { epoch: 2, step: 20 },
    ]);
    expect((await bytesOf(store(), job!.model!.artifact)).toString()).toBe('weights');
    expect((await bytesOf(store(), job!.bestModel!.artifact)).toString()).toBe('better');
    const events = await store().events.list(id, { after: 3, limit: 10 });
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['status', { status: 'succeeded', stop_reason: 'completed', message: null }],
      ['done', { status: 'succeeded', stop_reason: 'completed' }],
    ]);
  });

  test('of a failed job keeps the reason and the message', async () => {
    const { id, lease } = await claimed();
    await jobs().finish(lease, { status: 'failed', stopReason: 'diverged', message: 'the loss is NaN' });
    expect(await jobs().get(id)).toMatchObject({ error: { code: 'diverged', message: 'the loss is NaN' } });
  });

  test('of a cancelling job ends it as cancelled, and keeps its weights', async () => {
    const { id, lease } = await claimed();
    await jobs().requestCancel(id);
    expect(
      await jobs().finish(lease, { status: 'succeeded', stopReason: 'completed', ...trained('w', 7) }),
    ).toBe(true);
    expect(await jobs().get(id)).toMatchObject({
      status: 'cancelled',
      stopReason: 'user',
      error: null,
      model: { epoch: 7 },
    });
  });

  test('stores one file if the last epoch is also the best', async () => {
    const { id, lease } = await claimed();
    const file = Buffer.from('w');
    const models = { last: { epoch: 2, step: 4, file }, best: { epoch: 2, step: 4, file } };
    await jobs().finish(lease, { status: 'succeeded', stopReason: 'completed', models });
    const job = await jobs().get(id);
    expect(job?.bestModel).toEqual(job?.model);
  });

  test('is idempotent: a repetition gets the same answer and changes nothing', async () => {
    const { id, lease } = await claimed();
    const end = { status: 'succeeded', stopReason: 'completed', ...trained('w') } as const;
    const both = await Promise.all([jobs().finish(lease, end), jobs().finish(lease, end)]);
    expect(both).toEqual([true, true]);
    const after = await everything(id);
    expect(await jobs().finish(lease, { ...end, status: 'failed' })).toBe(false);
    expect(await everything(id)).toEqual(after);
  });
});

describe('a zombie', () => {
  const writes: Record<string, (lease: Lease) => Promise<unknown>> = {
    renew: (lease) => jobs().renew(lease, 1000),
    append: (lease) =>
      jobs().append(lease, [says('boo')], {
        progress: { epoch: 9, step: 9, etaSeconds: 9, runningLoss: null, samplesPerSec: null },
      }),
    succeed: (lease) =>
      jobs().finish(lease, { status: 'succeeded', stopReason: 'completed', ...trained('z') }),
    fail: (lease) => jobs().finish(lease, { status: 'failed', stopReason: 'internal', message: 'boo' }),
    release: (lease) => jobs().release(lease),
    cancel: (lease) => jobs().finish(lease, { status: 'cancelled', stopReason: 'user' }),
  };

  test.each(Object.keys(writes))('whose job was requeued writes nothing with %s', async (write) => {
    const { id, lease } = await claimed();
    await expire(id);
    await jobs().reclaim(3);
    const before = await everything(id);
    expect([null, false]).toContain(await writes[write]!(lease));
    expect(await everything(id)).toEqual(before);
  });

  test.each(Object.keys(writes))('whose job another worker runs writes nothing with %s', async (write) => {
    const { id, lease } = await claimed();
    await expire(id);
    await jobs().reclaim(3);
    const next = await jobs().claim(id, 'w2', 60);
    const before = await everything(id);
    expect([null, false]).toContain(await writes[write]!(lease));
    expect(await everything(id)).toEqual(before);
    expect(await jobs().append(next!.lease, [says('mine')])).toBe(true);
  });

  test('with an expired lease may still write if nobody reclaimed the job', async () => {
    const { id, lease } = await claimed();
    await expire(id);
    expect(await jobs().append(lease, [says('late')])).toBe(true);
  });
});
