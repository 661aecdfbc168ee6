import { describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { isTerminal, JobStatus } from '#contracts/jobs/job.ts';
import type { JobRecord } from '#store/store.ts';
import { createJob, newDataset, newJob, newSpec, trained } from '../../support/jobs.ts';
import { runSql } from '../../support/postgres.ts';
import { useStore } from '../../support/store.ts';

const { store, url } = useStore();

/** A job with this status, brought there by regular transitions where there are any. */
async function jobThatIs(status: JobStatus): Promise<JobRecord> {
  const { id } = await createJob(store());
  const { jobs } = store();
  const claimed = status === 'queued' ? null : await jobs.claim(id, 'w', 60);
  if (claimed !== null) {
    const { lease } = claimed;
    if (status === 'cancelling') await jobs.requestCancel(id);
    if (status === 'succeeded')
      await jobs.finish(lease, { status, stopReason: 'completed', ...trained('m') });
    if (status === 'failed') await jobs.finish(lease, { status, stopReason: 'diverged' });
    if (status === 'cancelled') await jobs.finish(lease, { status, stopReason: 'user' });
    // Set directly.
    if (status === 'pausing' || status === 'paused' || status === 'validating') {
      await runSql(url(), `UPDATE job SET status = '${status}' WHERE id = '${id}'`);
    }
  }
  const job = await jobs.get(id);
  expect(job?.status).toBe(status);
  return job!;
}

async function count(table: string, condition = 'true'): Promise<number> {
  const rows = await runSql<{ n: number }>(
    url(),
    `SELECT count(*)::int AS n FROM ${table} WHERE ${condition}`,
  );
  return rows[0]!.n;
}

describe('create', () => {
  test('returns the job as it is later read, with two initial events', async () => {
    const input = newJob();
    const job = await store().jobs.create(input);
    expect(job).toMatchObject({
      id: input.id,
      name: 'first',
      status: 'queued',
      stopReason: null,
      error: null,
      spec: input.spec,
      parameters: 6,
      totalSteps: 6,
      metadata: { team: 'blue' },
      startedAt: null,
      finishedAt: null,
      attempt: 0,
      progress: { epoch: 0, step: 0, etaSeconds: null, runningLoss: null, samplesPerSec: null },
      latest: null,
      best: null,
      test: null,
      warnings: [],
      lastSeq: 2,
      model: null,
      bestModel: null,
      fingerprint: null,
      traceparent: null,
    });
    expect(await store().jobs.get(job.id)).toEqual(job);
    const events = await store().events.list(job.id, { after: 0, limit: 10 });
    expect(events.map(({ seq, type, data }) => [seq, type, data])).toEqual([
      [1, 'status', { status: 'validating', stop_reason: null, message: null }],
      [2, 'status', { status: 'queued', stop_reason: null, message: null }],
    ]);
  });

  test('adds its warnings as events after those', async () => {
    const warning = { code: 'unit_scale', param: 'preprocess.target', message: 'far from it' };
    const job = await store().jobs.create(newJob({ warnings: [warning] }));
    expect(job).toMatchObject({ warnings: [warning], lastSeq: 3 });
    const [told] = await store().events.list(job.id, { after: 2, limit: 10 });
    expect(told).toMatchObject({ type: 'log', data: { level: 'warning', ...warning } });
  });

  test("preserves the order of the user's keys", async () => {
    const dataset = newDataset();
    const spec = newSpec(dataset.id);
    spec.model.layers = [{ type: 'Linear', name: 'z', zeta: 1, alpha: 2, b: 3, a: 4 }];
    const { id } = await createJob(store(), { dataset, spec });
    expect(JSON.stringify((await store().jobs.get(id))?.spec)).toBe(JSON.stringify(spec));
  });

  test('supports step counts beyond 32 bits', async () => {
    const { id } = await createJob(store(), { totalSteps: 5e12 });
    expect((await store().jobs.get(id))?.totalSteps).toBe(5e12);
  });

  test("with a deleted dataset is refused with the request's param, and stores nothing", async () => {
    const job = newJob({ spec: newSpec('ds_gone') });
    delete job.dataset;
    await expect(store().jobs.create(job)).rejects.toMatchObject({
      code: 'invalid_request',
      details: [{ param: 'dataset', code: 'not_found', message: 'no dataset ds_gone' }],
    });
    expect(await store().jobs.get(job.id)).toBeNull();
  });

  test('rolls back its inline dataset and its bytes on failure', async () => {
    const before = [await count('dataset'), await count('artifact'), await count('artifact_chunk')];
    await expect(createJob(store(), { spec: newSpec('ds_other') })).rejects.toThrow();
    expect([await count('dataset'), await count('artifact'), await count('artifact_chunk')]).toEqual(before);
  });
});

describe('list', () => {
  test('pages through all jobs, newest first, each once', async () => {
    const made: string[] = [];
    for (let i = 0; i < 7; i++) made.push((await createJob(store())).id);
    const seen: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await store().jobs.list({ limit: 3, after });
      seen.push(...page.items.map((job) => job.id));
      after = seen.at(-1);
      if (!page.hasMore) break;
      expect(page.items).toHaveLength(3);
    }
    expect(seen.slice(0, 7)).toEqual(made.reverse());
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(await count('job'));
  });
});

describe('the place in the queue', () => {
  test('counts the older queued jobs, and is null for all other jobs', async () => {
    await runSql(url(), `UPDATE job SET status = 'cancelled' WHERE status = 'queued'`);
    const [a, b, c] = [await createJob(store()), await createJob(store()), await createJob(store())];
    const positions = async () => {
      const places = await store().queuePlaces.of([a, b, c].map(({ id }) => id));
      return [a, b, c].map(({ id }) => places.get(id)?.position ?? null);
    };
    expect(await positions()).toEqual([1, 2, 3]);
    await store().jobs.claim(a.id, 'w', 60);
    expect(await positions()).toEqual([null, 1, 2]);
    await store().jobs.requestCancel(b.id);
    expect(await positions()).toEqual([null, null, 1]);
  });
});

describe('requestCancel', () => {
  const leadsTo: Record<JobStatus, JobStatus | 'conflict'> = {
    validating: 'cancelled',
    queued: 'cancelled',
    running: 'cancelling',
    pausing: 'cancelling',
    paused: 'cancelled',
    cancelling: 'cancelling',
    succeeded: 'conflict',
    failed: 'conflict',
    cancelled: 'cancelled',
  };

  test.each(Object.entries(leadsTo))('of a job that is %s leads to %s', async (from, to) => {
    const before = await jobThatIs(from as JobStatus);
    const cancel = store().jobs.requestCancel(before.id);
    if (to === 'conflict') {
      await expect(cancel).rejects.toMatchObject({ code: 'conflict' });
      expect(await store().jobs.get(before.id)).toEqual(before);
      return;
    }
    const after = await cancel;
    expect(after).toEqual(await store().jobs.get(before.id));
    expect(after.status).toBe(to);
    const events = await store().events.list(before.id, { after: before.lastSeq, limit: 10 });
    const types = events.map((event) => event.type);
    if (from === to) expect(types).toEqual([]);
    else if (to === 'cancelled') {
      expect(types).toEqual(['status', 'done']);
      expect(after).toMatchObject({ stopReason: 'user', error: null, finishedAt: expect.any(Date) });
    } else expect(types).toEqual(['status']);
  });

  test('of an unknown job is not_found', async () => {
    await expect(store().jobs.requestCancel('job_unknown')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('racing with a claim has one of the two legal outcomes', async () => {
    for (let i = 0; i < 30; i++) {
      const { id } = await createJob(store());
      const [claimed, cancelled] = await Promise.all([
        store().jobs.claim(id, 'w', 60),
        store().jobs.requestCancel(id),
      ]);
      expect(cancelled.status).toBe(claimed === null ? 'cancelled' : 'cancelling');
      expect(await store().jobs.get(id)).toMatchObject({
        status: cancelled.status,
        attempt: claimed === null ? 0 : 1,
      });
      const seqs = (await store().events.list(id, { after: 0, limit: 100 })).map((event) => event.seq);
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    }
  });
});

describe('delete', () => {
  test.each(JobStatus.options)('of a job that is %s', async (status) => {
    const job = await jobThatIs(status);
    if (!isTerminal(status)) {
      await expect(store().jobs.delete(job.id)).rejects.toMatchObject({ code: 'conflict' });
      expect(await store().jobs.get(job.id)).toEqual(job);
      return;
    }
    const chunks = await count('artifact_chunk');
    await store().jobs.delete(job.id);
    expect(await store().jobs.get(job.id)).toBeNull();
    expect(await count('job_event', `job_id = '${job.id}'`)).toBe(0);
    expect(await count('artifact_chunk')).toBe(chunks - (status === 'succeeded' ? 1 : 0));
  });

  test('of an unknown or just deleted job is not_found', async () => {
    const { id } = await jobThatIs('failed');
    const both = await Promise.allSettled([store().jobs.delete(id), store().jobs.delete(id)]);
    expect(both.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(store().jobs.delete(id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(store().jobs.delete(newId('job'))).rejects.toMatchObject({ code: 'not_found' });
  });
});

test('waiting returns every queued job, oldest first, with its attempt', async () => {
  await runSql(url(), `UPDATE job SET status = 'cancelled' WHERE status = 'queued'`);
  const [a, b] = [await createJob(store()), await createJob(store())];
  await store().jobs.claim((await createJob(store())).id, 'w', 60);
  expect(await store().jobs.waiting(100)).toEqual([
    { id: a.id, attempt: 0 },
    { id: b.id, attempt: 0 },
  ]);
});
