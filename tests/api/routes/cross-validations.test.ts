// Cross-validations over HTTP: one job per fold, all of them or none, and their combined metrics.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Detail } from '#contracts/errors.ts';
import type { Job } from '#contracts/jobs/job-api.ts';
import { type Answer, type Api, claim, jobBody, POINTS, startApi } from '../running-api.ts';

const KEY = 'the-key-of-the-operator';
const OPERATOR = { authorization: `Bearer ${KEY}` };

let api: Api;
beforeAll(async () => {
  api = await startApi({}, undefined, { apiKey: KEY });
});
afterAll(() => api.close());

const training = { loss: 'CrossEntropyLoss', epochs: 2, batch_size: 2 };
const post = (change: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  api.post('/cross-validations', { ...jobBody(), folds: 3, ...change }, { ...OPERATOR, ...headers });
const get = async (id: string) => (await api.get(`/cross-validations/${id}`, OPERATOR)).body;
const jobs = async (query = '') => (await api.get(`/jobs?limit=100${query}`, OPERATOR)).body.data as Job[];

async function created(change: Record<string, unknown> = {}): Promise<{ id: string; ids: string[] }> {
  const { status, body } = await post(change);
  expect(status, JSON.stringify(body)).toBe(201);
  return { id: body.id, ids: body.jobs.map(({ id }: { id: string }) => id) };
}

/** Records what a worker would after training the job. */
async function succeed(id: string, metrics: Record<string, number>): Promise<void> {
  const lease = await claim(api, id);
  const latest = { epoch: 2, metrics, nonfinite: {} };
  expect(await api.store.jobs.append(lease, [], { latest })).toBe(true);
  await api.store.jobs.finish(lease, { status: 'succeeded', stopReason: 'completed' });
}

async function fail(id: string): Promise<void> {
  const end = { status: 'failed', stopReason: 'diverged', message: 'the loss is NaN' } as const;
  await api.store.jobs.finish(await claim(api, id), end);
}

const paramsOf = ({ status, body }: Answer) => {
  expect(status, JSON.stringify(body)).toBe(400);
  return body.error.details.map(({ param }: Detail) => param);
};

describe('POST /cross-validations', () => {
  it('creates one job per fold, identical except for the held-out fold', async () => {
    const answer = await post({ name: 'iris', seed: 4, metadata: { team: 'blue' } });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    const { id, interpreted: _, ...shown } = answer.body;
    expect(answer.headers.get('location')).toBe(`/cross-validations/${id}`);
    expect(shown).toMatchObject({
      object: 'cross_validation',
      folds: 3,
      status: 'running',
      folds_measured: 0,
      metrics: {},
    });
    expect(await get(id)).toEqual({ id, ...shown });

    const all = (await jobs(`&cross_validation=${id}&sort=created_at`)) as Job[];
    expect(all.map((job) => job.id)).toEqual(shown.jobs.map((job: { id: string }) => job.id));
    expect(all.map(({ name }) => name)).toEqual([1, 2, 3].map((fold) => `iris, fold ${fold} of 3`));
    expect(all.map((job) => job.training.validation)).toEqual(
      [1, 2, 3].map((fold) => ({ by: 'fold', fold, folds: 3, stratify: true })),
    );
    expect(all.map((job) => job.cross_validation)).toEqual([id, id, id]);
    expect(new Set(all.map(({ dataset }) => dataset)).size).toBe(1);
    expect(new Set(all.map(({ seed }) => seed))).toEqual(new Set([4]));
    expect(all[2]!.metadata).toEqual({ team: 'blue' });
    // Each equals the job that POST /jobs creates for the same fold.
    for (const [i, job] of all.entries()) {
      const validation = { fold: i + 1, folds: 3 };
      const { dataset } = job;
      const change = { seed: 4, dataset, training: { ...training, validation } };
      const single = (await api.post('/jobs', jobBody(change), OPERATOR)).body as Job;
      expect(job.training).toEqual(single.training);
      expect(job.progress.total_steps).toBe(single.progress.total_steps);
      expect(job.warnings).toEqual(single.warnings);
      expect(single.cross_validation).toBeNull();
    }
  });

  it('keeps the requested stratification', async () => {
    const { id } = await created({ training: { ...training, validation: { stratify: false } } });
    const all = await jobs(`&cross_validation=${id}`);
    expect(all.map(({ training }) => training.validation)).toEqual(
      [3, 2, 1].map((fold) => ({ by: 'fold', fold, folds: 3, stratify: false })),
    );
  });

  it('accepts a body too large to parse on the event loop', async () => {
    const inputs = Array.from({ length: 20_000 }, (_, i) => [i, 0.123456789]);
    const targets = inputs.map((_, i) => i % 2);
    const { id, ids } = await created({ dataset: { inputs, targets }, folds: 2 });
    const all = await jobs(`&cross_validation=${id}&sort=created_at`);
    expect(all.map((job) => job.id)).toEqual(ids);
    const dataset = (await api.get(`/datasets/${all[1]!.dataset}`, OPERATOR)).body;
    expect(dataset.samples).toBe(20_000);
    expect(paramsOf(await post({ dataset: { inputs, targets }, folds: 1 }))).toEqual(['folds']);
  });

  it.each([
    ['no number of folds', { folds: undefined }, ['folds']],
    ['a single fold', { folds: 1 }, ['folds']],
    ['too many', { folds: 101 }, ['folds']],
    ['more folds than samples', { folds: 5 }, ['folds']],
    [
      'a split of its own',
      { training: { ...training, validation_split: 0.2 } },
      ['training.validation_split'],
    ],
    ['the same by another name', { training: { ...training, val_split: 0.2 } }, ['training.val_split']],
    ['a share alone', { training: { ...training, validation: 0.2 } }, ['training.validation']],
    [
      'a validation of its own',
      { training: { ...training, validation: { fraction: 0.2, by: 'last' } } },
      ['training.validation.fraction', 'training.validation.by'],
    ],
    [
      'everything else that is wrong at once',
      { folds: 'x', seed: -1, training: { ...training, epochs: 0, validation_split: 0.1 } },
      ['folds', 'training.validation_split', 'seed', 'training.epochs'],
    ],
  ])('refuses %s, and stores nothing', async (_what, change, params) => {
    const before = (await jobs()).length;
    expect(paramsOf(await post(change))).toEqual(params);
    expect((await jobs()).length).toBe(before);
  });

  it('names the fold in which something is wrong', async () => {
    const model = {
      input: { shape: [2] },
      layers: [{ type: 'BatchNorm1d' }, { type: 'Linear', out_features: 2 }],
    };
    // Of seven samples, the folds hold out 3, 2 and 2. They train on 4 (two batches of two) or on 5 (two of two and one of a single
    // sample).
    const dataset = { inputs: [1, 2, 3, 4, 5, 6, 7].map((x) => [x, x]), targets: [0, 1, 0, 1, 0, 1, 0] };
    const validation = { stratify: false };
    const { status, body } = await post({ model, dataset, training: { ...training, validation } });
    expect(status).toBe(400);
    expect(body.error.details).toEqual([
      expect.objectContaining({
        param: 'training.batch_size',
        message: expect.stringMatching(/^fold 2 of 3: .*the last batch of 5 training samples has 1/),
      }),
    ]);
  });

  it('with the same Idempotency-Key returns the same cross-validation', async () => {
    const key = { 'idempotency-key': 'folds-1' };
    const answers = await Promise.all([post({}, key), post({}, key), post({}, key)]);
    const before = (await jobs()).length;
    const again = await post({}, key);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    for (const { status, body } of [...answers, again]) {
      expect(status).toBe(201);
      expect(body).toEqual(answers[0]!.body);
    }
    expect((await jobs()).length).toBe(before);
    expect(await jobs(`&cross_validation=${again.body.id}`)).toHaveLength(3);
  });

  it("counts all of its jobs against the key's limit, and is stored whole or not at all", async () => {
    const asked = { name: 'x', tenant: 'acme', limits: { queued_jobs: 4 } };
    const { key } = (await api.post('/keys', asked, OPERATOR)).body;
    const as = { authorization: `Bearer ${key}` };
    const body = { ...jobBody(), folds: 3 };
    expect((await api.post('/cross-validations', body, as)).status).toBe(201);
    const datasets = (await api.get('/datasets', as)).body.data.length;
    const refused = await api.post('/cross-validations', { ...body, folds: 2 }, as);
    expect(refused.status).toBe(429);
    expect(refused.body.error).toMatchObject({
      param: 'queued_jobs',
      message: expect.stringContaining('is 4, and 3 of its jobs are already waiting; this adds 2'),
    });
    expect((await api.get('/jobs', as)).body.data).toHaveLength(3);
    expect((await api.get('/datasets', as)).body.data).toHaveLength(datasets);
    expect((await api.post('/jobs', jobBody(), as)).status).toBe(201);
  });
});

describe('GET /cross-validations/{id}', () => {
  it("summarizes its jobs' own values by mean and standard deviation", async () => {
    const { id, ids } = await created();
    for (const [i, val_loss] of [1, 2, 6].entries()) {
      await succeed(ids[i]!, { train_loss: 0.5, val_loss, val_accuracy: 0.5 });
    }
    const { status, jobs: folds, folds_measured, metrics } = await get(id);
    expect({ status, folds_measured }).toEqual({ status: 'succeeded', folds_measured: 3 });
    // numpy: np.mean([1, 2, 6]) → 3.0; np.std([1, 2, 6], ddof=1) → 2.6457513110645907
    expect(metrics).toEqual({
      val_loss: { mean: 3, std: expect.closeTo(2.6457513110645907, 12) },
      val_accuracy: { mean: 0.5, std: 0 },
    });
    for (const { id: job, metrics: shown } of folds) {
      const own = (await api.get(`/jobs/${job}`, OPERATOR)).body.metrics.latest.metrics;
      expect(shown).toEqual({ val_loss: own.val_loss, val_accuracy: own.val_accuracy });
    }
  });

  it('lists failed folds, and excludes them from the mean', async () => {
    const { id, ids } = await created();
    await fail(ids[0]!);
    await succeed(ids[1]!, { val_loss: 4 });
    expect(await get(id)).toMatchObject({ status: 'running', folds_measured: 1 });
    await fail(ids[2]!);
    const body = await get(id);
    expect(body).toMatchObject({
      folds: 3,
      status: 'failed',
      folds_measured: 1,
      metrics: { val_loss: { mean: 4, std: null } },
    });
    expect(body.jobs).toEqual([
      { id: ids[0], fold: 1, status: 'failed', error: DIVERGED, metrics: {} },
      { id: ids[1], fold: 2, status: 'succeeded', error: null, metrics: { val_loss: 4 } },
      { id: ids[2], fold: 3, status: 'failed', error: DIVERGED, metrics: {} },
    ]);
  });

  it('reports over how many folds the mean is taken if one was deleted', async () => {
    const { id, ids } = await created();
    for (const job of ids) await succeed(job, { val_loss: 3 });
    expect((await api.delete(`/jobs/${ids[0]}`, OPERATOR)).status).toBe(204);
    const body = await get(id);
    expect(body).toMatchObject({ folds: 3, folds_measured: 2, status: 'succeeded' });
    expect(body.jobs.map(({ fold }: { fold: number }) => fold)).toEqual([2, 3]);
    for (const job of ids.slice(1)) await api.delete(`/jobs/${job}`, OPERATOR);
    expect((await api.get(`/cross-validations/${id}`, OPERATOR)).status).toBe(404);
  });

  it('waits for the last of its jobs to end', async () => {
    const { id, ids } = await created();
    let answered = false;
    const waiting = api.get(`/cross-validations/${id}?wait=60`, OPERATOR).then((answer) => {
      answered = true;
      return answer;
    });
    await succeed(ids[2]!, { val_loss: 1 });
    await succeed(ids[0]!, { val_loss: 1 });
    expect((await api.get(`/cross-validations/${id}?wait=0.1`, OPERATOR)).body.status).toBe('running');
    expect(answered).toBe(false);
    await succeed(ids[1]!, { val_loss: 1 });
    expect((await waiting).body.status).toBe('succeeded');
  });

  it('is a 404 for an unknown id', async () => {
    const { status, body } = await api.get('/cross-validations/cv_1', OPERATOR);
    expect(status).toBe(404);
    expect(body.error.message).toBe('there is no cross-validation "cv_1"');
  });
});

describe('POST /cross-validations/{id}/cancel', () => {
  const cancel = (id: string) => api.post(`/cross-validations/${id}/cancel`, undefined, OPERATOR);
  const statusesOf = ({ body }: Answer) => body.jobs.map(({ status }: { status: string }) => status);

  it('cancels the jobs that have not ended, and can be repeated', async () => {
    const { id, ids } = await created();
    await succeed(ids[0]!, { val_loss: 1 });
    const lease = await claim(api, ids[1]!);
    for (let i = 0; i < 2; i++) {
      const answer = await cancel(id);
      expect(answer.status).toBe(200);
      expect(statusesOf(answer)).toEqual(['succeeded', 'cancelling', 'cancelled']);
      expect(answer.body.status).toBe('running');
    }
    await api.store.jobs.finish(lease, { status: 'cancelled', stopReason: 'user' });
    const over = await cancel(id);
    expect(over.status).toBe(200);
    expect(over.body).toMatchObject({ status: 'cancelled', folds_measured: 1 });
  });

  it('is a conflict once all of them have ended on their own', async () => {
    const { id, ids } = await created({ dataset: POINTS, folds: 2 });
    for (const job of ids) await succeed(job, { val_loss: 1 });
    const { status, body } = await cancel(id);
    expect(status).toBe(409);
    expect(body.error.message).toBe(`${id} has already ended: it is succeeded`);
  });
});

const DIVERGED = { code: 'diverged', message: 'the loss is NaN' };
