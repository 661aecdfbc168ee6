// Pause, resume, cancel and checkpoint through the API, with a worker and trainers that really train.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Detail } from '#contracts/errors.ts';
import type { Checkpoint } from '#contracts/jobs/checkpoint.ts';
import { isTerminal, type JobStatus } from '#contracts/jobs/job.ts';
import type { Job } from '#contracts/jobs/job-api.ts';
import { decodeSafetensors } from '#training/model/safetensors.ts';
import { startWorker, type Worker } from '../../../services/worker/worker.ts';
import { quietLog } from '../../support/log.ts';
import { until } from '../../support/until.ts';
import { type Api, createJob, jobBody, MODEL, startApi } from '../running-api.ts';

let api: Api;
let worker: Worker;
beforeAll(async () => {
  api = await startApi();
  const options = { concurrency: 1, leaseSeconds: 20, maxAttempts: 3, reconcileMs: 500 };
  worker = await startWorker({ store: api.store, log: quietLog, ...options });
});
afterAll(async () => {
  await worker.close();
  await api.close();
});

const ROWS = Array.from({ length: 4_000 }, (_, i) => [Math.sin(i), Math.cos(i * 1.7)]);
/** Runs long enough to be paused or cancelled, however loaded the machine is. */
const LONG = { loss: 'CrossEntropyLoss', epochs: 1_000_000, batch_size: 4 };

async function begun(training: object = LONG): Promise<string> {
  const dataset = { inputs: ROWS, targets: ROWS.map(([x, y]) => Number(x! > y!)) };
  const { id } = await createJob(api, { dataset, training });
  await until(async () => ((await job(id)).progress.step > 0 ? true : null), 20_000);
  return id;
}
const job = async (id: string): Promise<Job> => (await api.get(`/jobs/${id}`)).body;
const reach = (id: string, ...wanted: JobStatus[]) =>
  until(async () => {
    const now = await job(id);
    return wanted.includes(now.status) ? now : null;
  }, 20_000);
const weights = async (path: string) => {
  const reply = await fetch(api.url + path);
  expect(reply.status).toBe(200);
  return Buffer.from(await reply.arrayBuffer());
};
const rows = { inputs: [[0.5, -0.5]] };

it('a running job writes a checkpoint on request, which is listed, predicts, and can be downloaded', async () => {
  const id = await begun();
  const { status, body, headers } = await api.post(`/jobs/${id}/checkpoint`);
  expect(status, JSON.stringify(body)).toBe(201);
  const checkpoint = body as Checkpoint;
  expect(checkpoint).toMatchObject({ object: 'checkpoint', job_id: id, attempt: 1, last: true });
  expect(headers.get('location')).toBe(`/jobs/${id}/checkpoints/${checkpoint.id}`);
  const one = `/jobs/${id}/checkpoints/${checkpoint.id}`;
  expect((await api.get(`/jobs/${id}/checkpoints`)).body.data.map(({ id }: Checkpoint) => id)).toEqual([
    checkpoint.id,
  ]);
  expect((await api.get(one)).body).toEqual(checkpoint);

  const predicted = await api.post(`${one}/predict`, rows);
  expect(predicted.body.predictions[0].probabilities).toHaveLength(2);
  const { tensors } = decodeSafetensors(await weights(`${one}/weights`));
  expect([...tensors.keys()]).toEqual(['hidden.weight', 'hidden.bias', '2.weight', '2.bias']);
  expect((await api.post(`/jobs/${id}/predict`, rows)).body.error).toMatchObject({
    code: 'job_not_finished',
    message: expect.stringContaining(`/jobs/${id}/checkpoints`),
  });
  expect((await api.delete(one)).body.error.code).toBe('conflict');

  await api.post(`/jobs/${id}/cancel`);
  const ended = await reach(id, 'cancelled');
  expect((await api.delete(one)).status).toBe(204);
  expect((await api.get(one)).status).toBe(404);
  expect(ended.weights.last!.step).toBeGreaterThanOrEqual(checkpoint.step);
}, 60_000);

it('a cancelled job predicts from its last weights, and says which weights it serves', async () => {
  const id = await begun();
  await api.post(`/jobs/${id}/cancel`);
  const { weights: kept } = await reach(id, 'cancelled');
  expect(kept).toMatchObject({ serving: 'last', last: { step: expect.any(Number) } });
  expect((await api.post(`/jobs/${id}/predict`, rows)).status).toBe(200);
  const { status, body } = await api.post(`/jobs/${id}/predict?which=best`, rows);
  if (kept.best === null) expect(body.error.message).toContain('only its last weights');
  else expect(status).toBe(200);
  expect((await api.post(`/jobs/${id}/checkpoint`)).body.error.code).toBe('conflict');
  expect((await api.post(`/jobs/${id}/pause`)).body.error.code).toBe('conflict');
}, 60_000);

it('a paused and resumed job has the same bytes as an uninterrupted one', async () => {
  const training = { ...LONG, epochs: 300 };
  const id = await begun(training);
  expect((await api.post(`/jobs/${id}/pause`)).body.status).toMatch(/^pausing$|^paused$/);
  const paused = await reach(id, 'paused', 'succeeded');
  expect(paused.status).toBe('paused');
  expect(paused.progress.step).toBeLessThan(300_000);
  expect((await api.get(`/jobs/${id}/checkpoints`)).body.data[0].step).toBeGreaterThan(0);
  expect((await api.post(`/jobs/${id}/resume`)).body.status).toBe('queued');
  const resumed = await reach(id, 'succeeded');
  expect(resumed.attempt).toBe(2);

  const unbroken = await begun(training);
  await until(async () => (isTerminal((await job(unbroken)).status) ? true : null), 20_000);
  expect((await weights(`/jobs/${id}/weights`)).equals(await weights(`/jobs/${unbroken}/weights`))).toBe(
    true,
  );
  const curves = async (of: string) => {
    const { series } = (await api.get(`/jobs/${of}/metrics`)).body;
    return { ...series, seconds: null, samples_per_sec: null };
  };
  expect(await curves(id)).toEqual(await curves(unbroken));
}, 60_000);

it('a job that asks for a confusion matrix has one, which lists omit', async () => {
  const training = { loss: 'CrossEntropyLoss', epochs: 2, batch_size: 2, metrics: ['confusion_matrix'] };
  const { id } = await createJob(api, { training });
  const { metrics } = await reach(id, 'succeeded');
  const matrix = metrics.latest!.confusion_matrix!.train!;
  expect(matrix.flat().reduce((a, b) => a + b)).toBe(4);
  expect(matrix).toHaveLength(2);
  expect(metrics.best!.confusion_matrix).toHaveProperty('train');
  const { data } = (await api.get('/jobs?limit=1')).body;
  expect(data[0]).toMatchObject({ id, metrics: { latest: { epoch: 2 } } });
  expect(data[0].metrics.latest).not.toHaveProperty('confusion_matrix');
}, 60_000);

it('an unknown checkpoint is a 404, and resuming a job that is not paused is refused', async () => {
  const { id } = await createJob(api);
  await reach(id, 'succeeded');
  expect((await api.get(`/jobs/${id}/checkpoints`)).body).toEqual({ object: 'list', data: [] });
  expect((await api.get(`/jobs/${id}/checkpoints/chk_0`)).body.error.code).toBe('not_found');
  expect((await api.post(`/jobs/${id}/resume`)).body.error.message).toContain('succeeded, not paused');
}, 60_000);

const tensorsOf = async (path: string) =>
  Object.fromEntries(
    Array.from(decodeSafetensors(await weights(path)).tensors, ([key, { bytes }]) => [
      key,
      Buffer.from(bytes).toString('hex'),
    ]),
  );
/** Leaves the weights unchanged. */
const STILL = { loss: 'CrossEntropyLoss', optimizer: { type: 'SGD', lr: 0 }, epochs: 1 };
const started = (ref: string, change: object = {}, training: object = STILL) =>
  createJob(api, { model: { ...MODEL, weights: ref, ...change }, training });

it('a job starts from the last weights of another one, or from one of its checkpoints', async () => {
  const id = await begun();
  const { body: checkpoint } = await api.post(`/jobs/${id}/checkpoint`);
  await api.post(`/jobs/${id}/cancel`);
  await reach(id, 'cancelled');
  for (const [ref, pinned, path] of [
    [id, `${id}@last`, `/jobs/${id}/weights`],
    [`${id}@last`, `${id}@last`, `/jobs/${id}/weights`],
    [checkpoint.id, checkpoint.id, `/jobs/${id}/checkpoints/${checkpoint.id}/weights`],
  ] as const) {
    const next = await started(ref);
    expect(next.model.weights).toBe(pinned);
    await reach(next.id, 'succeeded');
    expect(await tensorsOf(`/jobs/${next.id}/weights`)).toEqual(await tensorsOf(path));
  }
  // The job that starts from a checkpoint keeps its file alive, even if the source job is deleted.
  const other = await begun();
  const waiting = await started(checkpoint.id);
  const expected = await tensorsOf(`/jobs/${id}/checkpoints/${checkpoint.id}/weights`);
  expect((await api.delete(`/jobs/${id}`)).status).toBe(204);
  await api.post(`/jobs/${other}/cancel`);
  await reach(waiting.id, 'succeeded');
  expect(await tensorsOf(`/jobs/${waiting.id}/weights`)).toEqual(expected);
}, 60_000);

it('a job starts from the best weights of another one, if those are named', async () => {
  // Contradictory targets: the loss goes up and down, so the last epoch is not the best.
  const inputs = [0, 0, 1, 1].map((x) => [x, 1 - x]);
  const { id } = await createJob(api, {
    dataset: { inputs, targets: [0, 1, 0, 1] },
    training: { loss: 'CrossEntropyLoss', optimizer: { type: 'SGD', lr: 1 }, epochs: 20, batch_size: 1 },
  });
  const { weights: kept } = await reach(id, 'succeeded');
  expect(kept.best!.step).toBeLessThan(kept.last!.step);
  const next = await started(`${id}@best`);
  expect(next.model.weights).toBe(`${id}@best`);
  await reach(next.id, 'succeeded');
  const best = await tensorsOf(`/jobs/${id}/weights?which=best`);
  expect(await tensorsOf(`/jobs/${next.id}/weights`)).toEqual(best);
  expect(await tensorsOf(`/jobs/${id}/weights?which=last`)).not.toEqual(best);
}, 60_000);

it('frozen layers keep their weights while the others learn', async () => {
  const { id } = await createJob(api);
  await reach(id, 'succeeded');
  const adamw = { ...STILL, epochs: 3, optimizer: { type: 'AdamW', lr: 0.1, weight_decay: 0.5 } };
  const next = await started(id, { freeze: ['hidden'] }, adamw);
  expect(next.model.freeze).toEqual(['hidden']);
  await reach(next.id, 'succeeded');
  const [before, after] = [
    await tensorsOf(`/jobs/${id}/weights`),
    await tensorsOf(`/jobs/${next.id}/weights`),
  ];
  for (const key of ['hidden.weight', 'hidden.bias']) expect(after[key]).toBe(before[key]);
  for (const key of ['2.weight', '2.bias']) expect(after[key]).not.toBe(before[key]);
}, 60_000);

it('weights that are missing, do not fit or do not exist yet are reported along with all other problems', async () => {
  const { id: trained } = await createJob(api);
  await reach(trained, 'succeeded');
  const running = await begun();
  const refused = async (ref: string, change: object = {}) => {
    const { status, body } = await api.post(
      '/jobs',
      jobBody({ model: { ...MODEL, weights: ref, ...change } }),
    );
    expect(status).toBe(400);
    return body.error.details.map(({ param, message }: Detail) => `${param}: ${message}`).join('\n');
  };
  expect(await refused('job_nobody')).toMatch(
    /^model.weights: "job_nobody" does not name weights: expected .*job_…@best/,
  );
  expect(await refused(`${trained}@first`)).toContain('does not name weights');
  expect(await refused(running)).toMatch(
    /model.weights: the job is running: another job can start from it once/,
  );
  const layers = [
    { type: 'Linear', name: 'hidden', out_features: 5 },
    'ReLU',
    { type: 'Linear', out_features: 2 },
  ];
  expect(await refused(trained, { layers })).toContain(
    '"hidden.weight" is [4, 2] in the file, but [5, 2] in the model',
  );
  const frozen = await refused(trained, { freeze: ['hiden', '1'] });
  expect(frozen).toMatch(/model.freeze\[0\]: there is no layer "hiden"; did you mean "hidden"/i);
  expect(frozen).toContain('model.freeze[1]: the layer "1" has no parameters');
  expect(await refused(trained, { freeze: ['hidden', '2'] })).toContain('every layer is frozen');
  await api.post(`/jobs/${running}/cancel`);
  await reach(running, 'cancelled');
}, 60_000);
