import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ErrorBody } from '#contracts/errors.ts';
import type { JobQueue } from '#store/store.ts';
import { type Api, claim, createJob, jobBody, MODEL, POINTS, startApi, train } from '../running-api.ts';

let api: Api;
const add = vi.fn<JobQueue['add']>(async () => {});
beforeAll(async () => {
  api = await startApi({}, (store) => ({ ...store, queue: { ...store.queue, add } }));
});
afterEach(() => add.mockReset());
afterAll(() => api.close());

const linear = (args: object) => ({ type: 'Linear', ...args });
const withLayers = (...layers: unknown[]) => ({ model: { input: { shape: [2] }, layers } });
const withTraining = (change: object) => ({
  training: { loss: 'CrossEntropyLoss', epochs: 2, ...change },
});

describe('POST /jobs', () => {
  it('replies 201 with Location and the whole object, every default filled in', async () => {
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

  it('tells what it read otherwise than it was written, and stores the canonical words', async () => {
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

  it('keeps its warnings, and tells each as an event', async () => {
    const layers = [{ type: 'Linear', out_features: 2 }, 'Softmax'];
    const job = await createJob(api, { model: { input: { shape: [2] }, layers } });
    const warning = { code: 'softmax_before_cross_entropy', param: 'model.layers[1]' };
    expect(job.warnings).toMatchObject([warning]);
    expect((await api.get(`/jobs/${job.id}`)).body.warnings).toEqual(job.warnings);
    const { body } = await api.get(`/jobs/${job.id}/events`);
    expect(body.data[2]).toMatchObject({ seq: 3, type: 'log', data: { level: 'warning', ...warning } });
  });

  it('is tried dry at /jobs/validate: the same object, its samples and its warnings, and nothing stored', async () => {
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

  it('adds the row to the queue that is there', async () => {
    add.mockImplementation(async ({ id }) => {
      expect(await api.store.jobs.get(id)).toMatchObject({ status: 'queued' });
    });
    const job = await createJob(api);
    expect(add).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ id: job.id }));
  });

  it('is not undone by a queue that cannot be rung: the row is the truth', async () => {
    add.mockRejectedValue(new Error('no queue today'));
    const job = await createJob(api);
    expect((await api.get(`/jobs/${job.id}`)).body.status).toBe('queued');
    expect((await api.store.jobs.waiting(100)).map(({ id }) => id)).toContain(job.id);
  });

  it('keeps the dataset that came with it', async () => {
    const job = await createJob(api, { dataset: { name: 'mine', ...POINTS } });
    expect((await api.get(`/datasets/${job.dataset}`)).body).toMatchObject({ name: 'mine', samples: 4 });
  });

  it('takes names and metadata in any script', async () => {
    const change = { name: 'Ünïcode 漢字 🚀', metadata: { команда: 'синяя' } };
    expect(await createJob(api, change)).toMatchObject(change);
  });
});

describe('a job that cannot be', () => {
  /** Refused in the contract's form, with nothing stored and nothing queued. */
  async function refused(body: unknown, headers: Record<string, string> = {}) {
    const count = async () => ({
      jobs: (await api.get('/jobs?limit=100')).body.data.length,
      datasets: (await api.get('/datasets?limit=100')).body.data.length,
    });
    const before = await count();
    const answer = await api.post('/jobs', body, headers);
    expect(answer.status).toBe(400);
    expect(await count()).toEqual(before);
    expect(add).not.toHaveBeenCalled();
    return ErrorBody.parse(answer.body).error;
  }

  const bad: [what: string, change: Record<string, unknown>, param: string, message: RegExp][] = [
    ['an unknown layer', withLayers('Linea'), 'model.layers[0]', /did you mean "Linear"/],
    ['an unknown key', { epochs: 3 }, 'epochs', /unknown key "epochs"/],
    [
      'an unknown key of a layer',
      withLayers(linear({ out_features: 2, biass: true })),
      'model.layers[0].biass',
      /did you mean "bias"/,
    ],
    [
      'an unknown optimizer',
      withTraining({ optimizer: 'Adamm' }),
      'training.optimizer',
      /did you mean "Adam"/,
    ],
    [
      'an unknown loss',
      withTraining({ loss: 'CrosEntropy' }),
      'training.loss',
      /did you mean "CrossEntropyLoss"/,
    ],
    [
      'an unknown argument of the optimizer',
      withTraining({ optimizer: { type: 'SGD', momentun: 0.9 } }),
      'training.optimizer.momentun',
      /did you mean "momentum"/,
    ],
    [
      'in_features that do not fit',
      withLayers(linear({ in_features: 3, out_features: 2 })),
      'model.layers[0].in_features',
      /3 given, 2 arrive/,
    ],
    ['zero units', withLayers(linear({ out_features: 0 })), 'model.layers[0].out_features', /at least 1/],
    [
      'negative units',
      withLayers(linear({ out_features: -1 })),
      'model.layers[0].out_features',
      /at least 1/,
    ],
    [
      'a fraction of a unit',
      withLayers(linear({ out_features: 1.5 })),
      'model.layers[0].out_features',
      /whole number/,
    ],
    ['a billion units', withLayers(linear({ out_features: 1e9 })), 'model.layers[0].out_features', /limit/],
    ['no epochs', withTraining({ epochs: 0 }), 'training.epochs', /./],
    ['a batch of none', withTraining({ batch_size: 0 }), 'training.batch_size', /./],
    [
      'a validation split of everything',
      withTraining({ validation_split: 1 }),
      'training.validation_split',
      /./,
    ],
    [
      'a loss that does not fit the output',
      { ...withLayers(linear({ out_features: 3 })), ...withTraining({ loss: 'BCEWithLogitsLoss' }) },
      'training.loss',
      /./,
    ],
    [
      'a target beyond the classes',
      {
        dataset: {
          inputs: [
            [0, 0],
            [1, 1],
          ],
          targets: [0, 2],
        },
      },
      'dataset.targets[1]',
      /2/,
    ],
    [
      'a negative class',
      {
        dataset: {
          inputs: [
            [0, 0],
            [1, 1],
          ],
          targets: [0, -1],
        },
      },
      'dataset.targets[1]',
      /-1/,
    ],
    [
      'half a class',
      {
        dataset: {
          inputs: [
            [0, 0],
            [1, 1],
          ],
          targets: [0.5, 1],
        },
      },
      'dataset.targets[0]',
      /0\.5|whole/,
    ],
    [
      'a dataset of another width',
      { dataset: { inputs: [[0], [1]], targets: [0, 1] } },
      'model.input.shape',
      /./,
    ],
    [
      'a ragged inline dataset',
      { dataset: { inputs: [[0, 0], [1]], targets: [0, 1] } },
      'dataset.inputs[1]',
      /./,
    ],
    ['an unknown dataset', { dataset: 'ds_00000000000000000000000000' }, 'dataset', /no dataset/],
    ['something else than the id of a dataset', { dataset: 'iris\0' }, 'dataset', /no dataset/],
    ['a NUL in its name', { name: 'a\0b' }, 'name', /NUL/],
    ['a lone surrogate in its name', { name: 'a\udc00b' }, 'name', /surrogate/],
    ['a NUL in its metadata', { metadata: { team: '\0' } }, 'metadata.team', /NUL/],
    ['a seed that is no whole number', { seed: 0.5 }, 'seed', /./],
    ['an unknown device', { device: 'tpu' }, 'device', /./],
    ['no model', { model: undefined }, 'model', /./],
    ['a model that is null', { model: null }, 'model', /./],
  ];
  it.each(bad)('by %s is refused by its path', async (_what, change, param, message) => {
    const error = await refused(jobBody(change));
    const detail = error.details.find((each) => each.param === param);
    expect(detail, `${param} in ${JSON.stringify(error.details)}`).toBeDefined();
    expect(detail?.message).toMatch(message);
  });

  it('is told all its problems at once', async () => {
    const error = await refused({
      name: '',
      model: { input: { shape: [2] }, layers: [linear({ out_features: 0 }), 'Rleu'] },
      dataset: { inputs: [[1, 2], [3]], targets: [0, 1] },
      training: { loss: 'MSEE', epochs: 0, optimzer: 'Adam' },
      colour: 'blue',
    });
    expect(error.code).toBe('invalid_request');
    const params = error.details.map(({ param }) => param);
    for (const param of [
      'name',
      'colour',
      'model.layers[0].out_features',
      'model.layers[1]',
      'dataset.inputs[1]',
      'training.loss',
      'training.epochs',
      'training.optimzer',
    ]) {
      expect(params).toContain(param);
    }
  });

  it('names the part that is wrong where it is only one', async () => {
    expect((await refused(jobBody(withLayers('Linea')))).code).toBe('invalid_model');
    expect((await refused(jobBody({ dataset: 'ds_x' }))).code).toBe('invalid_dataset');
  });

  it.each(['[]', '"job"', 'null', '7', ''])('is refused where the body is %j', async (body) => {
    expect((await refused(body, { 'content-type': 'application/json' })).param).toBe('body');
  });
});

describe('GET /jobs', () => {
  it('lists newest first, a page at a time', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.unshift((await createJob(api)).id);
    const first = (await api.get('/jobs?limit=2')).body;
    expect(first).toMatchObject({ object: 'list', has_more: true });
    expect(first.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    expect((await api.get(`/jobs?limit=1&after=${ids[1]}`)).body.data[0].id).toBe(ids[2]);
  });

  it('filters and sorts, and refuses what it does not know', async () => {
    const mark = { team: 'list' };
    const first = await createJob(api, { name: 'One', metadata: mark });
    const second = await createJob(api, { name: 'Two', metadata: mark });
    await api.post(`/jobs/${second.id}/cancel`);
    const ids = async (query: string) => {
      const { status, body } = await api.get(`/jobs?metadata.team=list&${query}`);
      return status === 200 ? body.data.map((job: { id: string }) => job.id) : body.error.details[0];
    };
    expect(await ids('')).toEqual([second.id, first.id]);
    expect(await ids('sort=created_at')).toEqual([first.id, second.id]);
    expect(await ids('sort=finished_at')).toEqual([second.id]);
    expect(await ids('sort=best.val_loss')).toEqual([]);
    expect(await ids('status=queued')).toEqual([first.id]);
    expect(await ids('status=queued&status=cancelled')).toEqual([second.id, first.id]);
    expect(await ids('name=tw')).toEqual([second.id]);
    expect(await ids('metadata[user]=none')).toEqual([]);
    expect(await ids('created_before=2020-01-01T00:00:00Z')).toEqual([]);
    expect(await ids(`dataset=${first.dataset}`)).toEqual([first.id]);
    expect(await ids('dataset=ds_nowhere')).toEqual([]);
    expect(await ids('status=done')).toMatchObject({ param: expect.stringContaining('status') });
    expect(await ids('sort=name')).toMatchObject({ param: 'sort' });
    expect(await ids('stauts=queued')).toMatchObject({ param: 'stauts' });
    expect(await ids('created_after=yesterday')).toMatchObject({ param: 'created_after' });
    const gone = 'job_00000000000000000000000000';
    expect(await ids(`sort=finished_at&after=${gone}`)).toMatchObject({ param: 'after', code: 'not_found' });
    // Held out whole is used, too.
    const training = { loss: 'CrossEntropyLoss', test: { dataset: first.dataset } };
    const third = await createJob(api, { dataset: second.dataset, training, metadata: mark });
    expect(await ids(`dataset=${first.dataset}`)).toEqual([third.id, first.id]);
  });

  it("tells each waiting job's place in the queue", async () => {
    const [first, second] = [await createJob(api), await createJob(api)];
    const place = async (id: string) => (await api.get(`/jobs/${id}`)).body.queue_position;
    const before = await place(first.id);
    expect(await place(second.id)).toBe(before + 1);
    const listed = (await api.get('/jobs?limit=2')).body.data;
    expect(listed.map((job: { queue_position: number }) => job.queue_position)).toEqual([before + 1, before]);
    await claim(api, first.id);
    expect(await place(first.id)).toBeNull();
    expect(await place(second.id)).toBe(before);
  });
});

describe('GET /jobs/{id}', () => {
  it.each(['job_00000000000000000000000000', 'job_', 'ds_00000000000000000000000000', 'x', '%00'])(
    'is a 404 for %s',
    async (id) => {
      const { status, body } = await api.get(`/jobs/${id}`);
      expect(status).toBe(404);
      expect(body.error).toMatchObject({ code: 'not_found', param: 'id' });
    },
  );

  it('waits until the job is over, where asked to', async () => {
    const job = await createJob(api);
    const waiting = api.get(`/jobs/${job.id}?wait=30`);
    const started = performance.now();
    await train(api, job.id);
    const { body } = await waiting;
    expect(body).toMatchObject({ status: 'succeeded', terminal: true, stop_reason: 'completed' });
    expect(body.progress.fraction).toBe(1);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('waits no longer than asked to', async () => {
    const job = await createJob(api);
    const started = performance.now();
    const { status, body } = await api.get(`/jobs/${job.id}?wait=0.2`);
    const took = performance.now() - started;
    expect(status).toBe(200);
    expect(body.status).toBe('queued');
    expect(took).toBeGreaterThan(190);
    expect(took).toBeLessThan(5_000);
  });

  it.each(['-1', '61', 'x', '1&wait=2'])('refuses to wait for %s seconds', async (wait) => {
    const job = await createJob(api);
    expect((await api.get(`/jobs/${job.id}?wait=${wait}`)).status).toBe(400);
  });
});

describe('POST /jobs/{id}/cancel', () => {
  it('ends a waiting job at once, and says so again where it is sent again', async () => {
    const { id } = await createJob(api);
    const { status, body } = await api.post(`/jobs/${id}/cancel`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'cancelled', terminal: true, stop_reason: 'user' });
    const again = await api.post(`/jobs/${id}/cancel`);
    expect(again).toMatchObject({ status: 200, body });
  });

  it('asks a running job to stop, as often as one likes', async () => {
    const { id } = await createJob(api);
    await claim(api, id);
    for (let i = 0; i < 2; i++) {
      const { status, body } = await api.post(`/jobs/${id}/cancel`, {});
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'cancelling', terminal: false });
    }
  });

  it('is a 404 for an unknown job', async () => {
    expect((await api.post('/jobs/job_00000000000000000000000000/cancel')).status).toBe(404);
  });
});

describe('DELETE /jobs/{id}', () => {
  it('deletes a finished job with its events and its model', async () => {
    const { id } = await createJob(api);
    await train(api, id);
    const { model } = (await api.store.jobs.get(id))!;
    const { bytes: size } = (await api.store.artifacts.find(model!.artifact))!;
    const deleted = await api.delete(`/jobs/${id}`);
    expect(deleted.status).toBe(204);
    expect(Number(deleted.headers.get('x-bytes-freed'))).toBe(size);
    for (const path of ['', '/events', '/stream']) {
      expect((await api.get(`/jobs/${id}${path}`)).status).toBe(404);
    }
    const bytes = buffer(api.store.artifacts.read(model!.artifact));
    await expect(bytes).rejects.toMatchObject({ code: 'not_found' });
  });

  it('refuses one that is not over', async () => {
    const { id } = await createJob(api);
    const { status, body } = await api.delete(`/jobs/${id}`);
    expect(status).toBe(409);
    expect(body.error.code).toBe('conflict');
  });
});

describe('GET /jobs/{id}/events', () => {
  it('is the log, oldest first, by cursor', async () => {
    const { id } = await createJob(api);
    await train(api, id);
    const all = (await api.get(`/jobs/${id}/events`)).body;
    expect(all).toMatchObject({ object: 'list', has_more: false });
    const seqs = all.data.map(({ seq }: { seq: number }) => seq);
    expect(seqs).toEqual(seqs.map((_: number, i: number) => i + 1));
    expect(all.data.at(-1)).toMatchObject({
      object: 'job.event',
      job_id: id,
      type: 'done',
      data: { status: 'succeeded', stop_reason: 'completed' },
    });
    const page = (await api.get(`/jobs/${id}/events?after=1&limit=2`)).body;
    expect(page.has_more).toBe(true);
    expect(page.data).toEqual(all.data.slice(1, 3));
  });

  it.each(['after=-1', 'after=x', 'after=1e12', 'limit=0', 'limit=1001', 'since=1'])(
    'refuses %s',
    async (query) => {
      const { id } = await createJob(api);
      expect((await api.get(`/jobs/${id}/events?${query}`)).status).toBe(400);
    },
  );
});
