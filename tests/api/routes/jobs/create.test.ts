// POST /jobs with valid jobs, and their dry run at /jobs/validate.

import { describe, expect, it } from 'vitest';
import { createJob, jobBody, MODEL, POINTS } from '../../running-api.ts';
import { add, api } from './api.ts';

describe('POST /jobs', () => {
  it('returns 201 with Location and the whole job, every default filled in', async () => {
    const body = { model: MODEL, dataset: POINTS, training: { loss: 'CrossEntropyLoss' } };
    const { status, headers, body: job } = await api.post('/jobs', body);
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/jobs/${job.id}`);
    const self = `/jobs/${job.id}`;
    expect(job).toMatchObject({
      id: expect.stringMatching(/^job_[0-9a-z]{26}$/),
      object: 'job',
      name: null,
      status: 'queued',
      terminal: false,
      stop_reason: null,
      error: null,
      model: {
        name: 'Model',
        input: { shape: [2], dtype: 'float32' },
        layers: [
          { type: 'Linear', name: 'hidden', in_features: 2, out_features: 4, bias: true },
          { type: 'ReLU', name: '1' },
          { type: 'Linear', name: '2', in_features: 4, out_features: 2, bias: true },
        ],
      },
      dataset: expect.stringMatching(/^ds_/),
      training: {
        loss: { type: 'CrossEntropyLoss' },
        optimizer: { type: 'Adam', lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0 },
        epochs: 10,
        batch_size: 32,
        shuffle: true,
        drop_last: false,
        validation_split: 0,
        metrics: ['accuracy'],
        on_nonfinite: 'stop',
      },
      preprocess: { inputs: 'none', target: 'none' },
      seed: 0,
      device: 'auto',
      parameters: 2 * 4 + 4 + 4 * 2 + 2,
      started_at: null,
      finished_at: null,
      progress: {
        epoch: 0,
        epochs: 10,
        step: 0,
        total_steps: 10,
        fraction: 0,
        eta_seconds: null,
        running_loss: null,
        samples_per_sec: null,
      },
      metrics: { latest: null, best: null, test: null },
      warnings: [],
      attempt: 0,
      last_seq: 2,
      fingerprint: null,
      metadata: {},
      urls: {
        self,
        events: `${self}/events`,
        stream: `${self}/stream`,
        predict: `${self}/predict`,
        weights: `${self}/weights`,
      },
    });
    const { interpreted, ...stored } = job;
    expect((await api.get(self)).body).toEqual(stored);
    expect(interpreted).toEqual([]);
  });

  it('reports what it interpreted, and stores the canonical form', async () => {
    const { status, body } = await api.post('/jobs', {
      model: { input: [2], layers: [{ type: 'nn.Linear', out_features: '2' }] },
      dataset: POINTS,
      training: { criterion: 'cross_entropy', optimizer: 'sgd', lr: 0.1 },
    });
    expect(status).toBe(201);
    expect(body.interpreted.map(({ param }: { param: string }) => param)).toEqual([
      'model.input',
      'model.layers[0].type',
      'model.layers[0].out_features',
      'training.criterion',
      'training.lr',
      'training.optimizer.type',
      'training.loss',
    ]);
    expect(body.training).toMatchObject({
      loss: { type: 'CrossEntropyLoss' },
      optimizer: { type: 'SGD', lr: 0.1 },
    });
  });

  it('stores the warnings, and records each as an event', async () => {
    const layers = [{ type: 'Linear', out_features: 2 }, 'Softmax'];
    const job = await createJob(api, { model: { input: { shape: [2] }, layers } });
    const warning = { code: 'softmax_before_cross_entropy', param: 'model.layers[1]' };
    expect(job.warnings).toMatchObject([warning]);
    expect((await api.get(`/jobs/${job.id}`)).body.warnings).toEqual(job.warnings);
    const { body } = await api.get(`/jobs/${job.id}/events`);
    expect(body.data[2]).toMatchObject({ seq: 3, type: 'log', data: { level: 'warning', ...warning } });
  });

  it('has a dry run at /jobs/validate that reports the same job, its samples and warnings, and stores nothing', async () => {
    const before = (await api.get('/jobs')).body.data.length;
    const training = { loss: 'CrossEntropyLoss', epochs: 3, batch_size: 2, test: { fraction: 0.25 } };
    const { status, body } = await api.post('/jobs/validate', jobBody({ training }));
    expect(status, JSON.stringify(body)).toBe(200);
    const { training: kept } = await createJob(api, { training });
    expect(body).toMatchObject({
      object: 'job.report',
      training: kept,
      preprocess: { inputs: 'none', target: 'none' },
      parameters: 22,
      total_steps: 6,
      samples: { train: 3, validation: 0, test: 1 },
      warnings: [],
    });
    expect((await api.get('/jobs')).body.data).toHaveLength(before + 1);
    const refused = await api.post('/jobs/validate', jobBody({ dataset: 'ds_none', training: {} }));
    expect(refused.status).toBe(400);
    expect(refused.body.error.details.map(({ param }: { param: string }) => param)).toEqual([
      'dataset',
      'training.loss',
    ]);
  });

  it('commits the row before it adds the job to the queue', async () => {
    add.mockImplementation(async ({ id }) => {
      expect(await api.store.jobs.get(id)).toMatchObject({ status: 'queued' });
    });
    const job = await createJob(api);
    expect(add).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ id: job.id }));
  });

  it('succeeds even if the queue cannot be notified: the row is the truth', async () => {
    add.mockRejectedValue(new Error('no queue today'));
    const job = await createJob(api);
    expect((await api.get(`/jobs/${job.id}`)).body.status).toBe('queued');
    expect((await api.store.jobs.waiting(100)).map(({ id }) => id)).toContain(job.id);
  });

  it('stores the dataset included in the request', async () => {
    const job = await createJob(api, { dataset: { name: 'mine', ...POINTS } });
    expect((await api.get(`/datasets/${job.dataset}`)).body).toMatchObject({ name: 'mine', samples: 4 });
  });

  it('accepts names and metadata in any script', async () => {
    const change = { name: 'Ünïcode 漢字 🚀', metadata: { команда: 'синяя' } };
    expect(await createJob(api, change)).toMatchObject(change);
  });
});
