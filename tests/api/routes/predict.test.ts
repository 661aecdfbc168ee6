import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '#store/store.ts';
import { type Api, claim, createJob, csvForm, POINTS, startApi, train } from '../running-api.ts';

let api: Api;
let reads: string[];
beforeAll(async () => {
  reads = [];
  api = await startApi({}, (store) => {
    const read: ArtifactStore['read'] = (id) => {
      reads.push(id);
      return store.artifacts.read(id);
    };
    return { ...store, artifacts: { ...store.artifacts, read } };
  });
});
afterAll(() => api.close());

const training = {
  loss: 'CrossEntropyLoss',
  optimizer: { type: 'Adam', lr: 0.1 },
  epochs: 40,
  batch_size: 4,
};

/** x decides the class; the columns have very different scales, and the target is text. */
async function trainedOnCsv(): Promise<string> {
  const rows = Array.from(
    { length: 24 },
    (_, i) => `${i % 2 ? 1000 : -1000},${0.001 * (i % 3)},${i % 2 ? 'yes' : 'no'}`,
  );
  const upload = await api.post('/datasets', csvForm(`x,y,answer\n${rows.join('\n')}\n`));
  const model = { input: { shape: [2] }, layers: [{ type: 'Linear', out_features: 2 }] };
  const { id } = await createJob(api, { model, dataset: upload.body.id, training });
  await train(api, id);
  return id;
}

describe('POST /jobs/{id}/evaluate', () => {
  it('evaluates the model on a stored dataset, and on rows in the request', async () => {
    const id = await trainedOnCsv();
    const upload = await api.post('/datasets', csvForm('x,y,answer\n1000,0,yes\n-1000,0,no\n1000,0,no\n'));
    const { status, body } = await api.post(`/jobs/${id}/evaluate`, { dataset: upload.body.id });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      object: 'evaluation',
      job_id: id,
      dataset: upload.body.id,
      samples: 3,
      confusion_matrix: [
        [1, 1],
        [0, 1],
      ],
      positive: 'yes',
      roc_auc: 0.75,
    });
    expect(body.metrics.accuracy).toBeCloseTo(2 / 3, 6);
    const dataset = { inputs: [[1000, 0]], targets: ['yes'] };
    const inline = await api.post(`/jobs/${id}/evaluate`, { dataset });
    expect(inline.body).toMatchObject({ dataset: null, samples: 1, metrics: { accuracy: 1 } });
  });

  it('reports problems of the dataset with their path', async () => {
    const id = await trainedOnCsv();
    for (const [dataset, param] of [
      ['ds_00000000000000000000000000', 'dataset'],
      [{ inputs: [[1]], targets: ['yes'] }, 'dataset'],
      [{ inputs: [[1, 'a']], targets: ['yes'] }, 'dataset.inputs[0][1]'],
    ]) {
      const answer = await api.post(`/jobs/${id}/evaluate`, { dataset });
      expect(answer.status).toBe(400);
      expect(answer.body.error.param).toBe(param);
    }
    const { id: waiting } = await createJob(api);
    expect((await api.post(`/jobs/${waiting}/evaluate`, { dataset: 'x' })).status).toBe(409);
  });
});

describe('POST /jobs/{id}/predict', () => {
  it('takes raw records by column name, and answers with labels and probabilities', async () => {
    const id = await trainedOnCsv();
    const records = [
      { x: 1000, y: 0.001 },
      { y: 0.002, x: -1000, answer: 'yes' },
    ];
    const { status, body } = await api.post(`/jobs/${id}/predict`, { records });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      object: 'prediction',
      job_id: id,
      predictions: [
        { class: 1, label: 'yes' },
        { class: 0, label: 'no' },
      ],
    });
    for (const { output, probabilities } of body.predictions) {
      expect(output).toHaveLength(2);
      expect(probabilities[0] + probabilities[1]).toBeCloseTo(1, 6);
    }
    const inputs = records.map(({ x, y }) => [x, y]);
    expect((await api.post(`/jobs/${id}/predict`, { inputs })).body).toEqual(body);
  });

  it('loads a model once for concurrent requests', async () => {
    const { id } = await createJob(api);
    await train(api, id);
    const { model } = (await api.store.jobs.get(id))!;
    const ask = () => api.post(`/jobs/${id}/predict`, { inputs: POINTS.inputs });
    const answers = await Promise.all(Array.from({ length: 10 }, ask));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    await ask();
    expect(reads.filter((read) => read === model!.artifact)).toHaveLength(1);
  });

  it('reports every row of the wrong width', async () => {
    const { id } = await createJob(api);
    await train(api, id);
    const { status, body } = await api.post(`/jobs/${id}/predict`, {
      inputs: [[1, 2], [1], [1, 2, 3], [1, null]],
    });
    expect(status).toBe(400);
    expect(body.error.details.map(({ param }: { param: string }) => param)).toEqual([
      'inputs[1]',
      'inputs[2]',
      'inputs[3][1]',
    ]);
    expect(body.error.message).toMatch(/\[2\]/);
  });

  it('reports missing and unknown columns, with the nearest known name', async () => {
    const id = await trainedOnCsv();
    const { status, body } = await api.post(`/jobs/${id}/predict`, { records: [{ x: 1, yy: 2 }] });
    expect(status).toBe(400);
    const told = Object.fromEntries(
      body.error.details.map(({ param, message }: { param: string; message: string }) => [param, message]),
    );
    expect(told['records[0].y']).toMatch(/no column "y"/);
    expect(told['records[0].yy']).toMatch(/did you mean "y"/);
  });

  it.each([
    ['nothing', {}, 'body'],
    ['both', { inputs: [[1, 2]], records: [{}] }, 'body'],
    ['an unknown key', { rows: [[1, 2]] }, 'rows'],
    ['no array', { inputs: 7 }, 'inputs'],
    ['a record with __proto__', '{"records": [{"__proto__": {"x": 1}}]}', 'records[0].__proto__'],
  ])('refuses a body with %s', async (_what, body, param) => {
    const { id } = await createJob(api);
    await train(api, id);
    const headers = { 'content-type': 'application/json' };
    const answer = await api.post(`/jobs/${id}/predict`, body, headers);
    expect(answer.status).toBe(400);
    expect(answer.body.error.param).toBe(param);
  });

  it('is a 409 before the job has finished', async () => {
    const { id } = await createJob(api);
    const ask = () => api.post(`/jobs/${id}/predict`, { inputs: [[0, 0]] });
    const waiting = await ask();
    expect(waiting.status).toBe(409);
    expect(waiting.body.error).toMatchObject({
      code: 'job_not_finished',
      message: expect.stringContaining('the job is queued'),
    });
    await claim(api, id);
    expect((await ask()).body.error).toMatchObject({
      code: 'job_not_finished',
      message: expect.stringContaining('the job is running'),
    });
  });

  it('is a 409 that gives the reason if the job failed', async () => {
    const { id } = await createJob(api);
    const lease = await claim(api, id);
    const message = 'the loss is NaN in epoch 1';
    await api.store.jobs.finish(lease, { status: 'failed', stopReason: 'diverged', message });
    const { status, body } = await api.post(`/jobs/${id}/predict`, { inputs: [[0, 0]] });
    expect(status).toBe(409);
    expect(body.error.message).toBe(`the job failed (diverged: ${message}) before there were any weights`);
  });

  it('is a 404 for an unknown job, and for a deleted one', async () => {
    const body = { inputs: [[0, 0]] };
    expect((await api.post('/jobs/job_00000000000000000000000000/predict', body)).status).toBe(404);
    const { id } = await createJob(api);
    await train(api, id);
    expect((await api.post(`/jobs/${id}/predict`, body)).status).toBe(200);
    await api.delete(`/jobs/${id}`);
    expect((await api.post(`/jobs/${id}/predict`, body)).status).toBe(404);
  });
});
