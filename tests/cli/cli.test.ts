// The commands in the order of their first use, on one service: init, train, predict, the lists, keys, and their error messages.

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Job } from '#contracts/jobs/job-api.ts';
import { decodeSafetensors } from '#training/model/safetensors.ts';
import { until } from '../support/until.ts';
import { dir, epochd, POINTS, service } from './epochd.ts';

describe('a first job', () => {
  let job: string;

  test('init writes a job file once, and train runs it to the end', async () => {
    expect(await epochd(['init'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('epochd train epochd-job.json'),
    });
    expect(await epochd(['init'])).toMatchObject({ code: 2, err: expect.stringContaining('--force') });
    const { code, out } = await epochd(['train', 'epochd-job.json', '--epochs', '4']);
    expect(code).toBe(0);
    expect(out).toMatch(/^job_\w+ {2}\d+ parameters/);
    expect(out).toContain('epoch 4/4  train_loss');
    expect(out).toMatch(/succeeded \(completed\)/);
  });

  test('a table is uploaded and trained on, and predict returns its classes', async () => {
    await writeFile(path.join(dir, 'points.csv'), POINTS);
    const { code, out } = await epochd([
      'train',
      'points.csv',
      '--target',
      'side',
      '--epochs',
      '30',
      '--detach',
    ]);
    expect(code).toBe(0);
    job = out.trim();
    expect(await epochd(['watch', job])).toMatchObject({ code: 0 });
    const { out: csv } = await epochd(['predict', job, '-', '--return', 'labels'], {
      input: 'x,y\n1,-1\n-1,1\n',
    });
    expect(csv).toBe('class,label\n0,left\n1,right\n');
    await writeFile(path.join(dir, 'rows.json'), '{"inputs": [[1, -1]]}');
    expect(await epochd(['predict', job, 'rows.json', '-o', 'answers.ndjson'])).toMatchObject({
      code: 0,
      out: '',
    });
    expect(JSON.parse(await readFile(path.join(dir, 'answers.ndjson'), 'utf8'))).toMatchObject({
      label: 'left',
    });
  });

  test('jobs, job, datasets and checkpoints print text for people, and JSON if asked to', async () => {
    const listed = await epochd(['jobs', '--status', 'succeeded']);
    expect(listed.out.split('\n')[0]).toMatch(/^ID +STATUS +NAME +EPOCH/);
    expect(listed.out).toContain(`${job}  succeeded  points.csv  30/30`);
    const lines = (await epochd(['--json', 'jobs', '--limit', '1'])).out.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Job).id)).toEqual([job]);
    expect((await epochd(['job', job])).out).toMatch(/^status +succeeded \(completed\)$/m);
    expect((await epochd(['datasets'])).out).toMatch(/points\.csv +60 +\[2\] +side: classes/);
    expect((await epochd(['checkpoints', job])).out).toMatch(/^ID +EPOCH/);
  });

  test('weights are written to the given file, and a deleted job is not found', async () => {
    expect(await epochd(['weights', job, '-o', 'w.safetensors'])).toMatchObject({ code: 0 });
    const { tensors } = decodeSafetensors(await readFile(path.join(dir, 'w.safetensors')));
    expect([...tensors.keys()]).toContain('0.weight');
    expect(await epochd(['delete', job])).toMatchObject({ code: 0, out: `${job} deleted\n` });
    expect(await epochd(['job', job])).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no job'),
    });
  });
});

test('--folds trains every fold, and prints the metrics of each, their mean and standard deviation', async () => {
  const args = ['train', 'points.csv', '--target', 'side', '--epochs', '2', '--folds', '3', '--json'];
  await writeFile(path.join(dir, 'points.csv'), POINTS);
  const { code, out } = await epochd(args);
  expect(code).toBe(0);
  const shown = JSON.parse(out);
  expect(shown).toEqual(await service.client.crossValidations.get(shown.id));
  expect(shown).toMatchObject({ folds: 3, status: 'succeeded', folds_measured: 3 });
  const values: number[] = [];
  for (const { id, fold, metrics } of shown.jobs) {
    const job = await service.client.jobs.get(id);
    expect(job.name).toBe(`points.csv, fold ${fold} of 3`);
    const kept = job.weights.serving === 'best' ? job.metrics.best : job.metrics.latest;
    expect(metrics.val_loss).toBe(kept!.metrics.val_loss);
    values.push(metrics.val_loss);
  }
  const mean = (values[0]! + values[1]! + values[2]!) / 3;
  const std = Math.hypot(...values.map((value) => value - mean)) / Math.SQRT2;
  expect(shown.metrics.val_loss.mean).toBeCloseTo(mean, 12);
  expect(shown.metrics.val_loss.std).toBeCloseTo(std, 12);
  const detached = await epochd([...args, '--detach']);
  expect(JSON.parse(detached.out)).toMatchObject({ object: 'cross_validation', folds: 3 });
  const refused = await epochd(['train', 'points.csv', '--target', 'side', '--folds', '101']);
  expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('folds: must be at most 100') });
});

describe('a running job', () => {
  const paused = (id: string) =>
    until(async () => ((await service.client.jobs.get(id)).status === 'paused' ? true : null));

  test('continues when Ctrl-C ends the watching, and is paused, resumed and cancelled by its id', async () => {
    let stopped = false;
    const watched = await epochd(['train', 'epochd-job.json', '--epochs', '1000000'], {
      onOut: (out, send) => {
        if (!stopped && out.includes('epoch 1/')) {
          stopped = true;
          send('SIGINT');
        }
      },
    });
    expect(watched.code).toBe(130);
    const id = /epochd watch (job_\w+)/.exec(watched.out)![1]!;
    for (const [action, status] of [
      ['pause', /paus(ing|ed)/],
      ['resume', /queued|running/],
    ] as const) {
      const { code, out } = await epochd([action, id]);
      expect([code, out]).toEqual([0, expect.stringMatching(status)]);
      if (action === 'pause') await paused(id);
    }
    await epochd(['cancel', id]);
    expect(await epochd(['watch', id])).toMatchObject({ code: 5, out: expect.stringContaining('cancelled') });
  });

  test('that fails ends the command with exit code 4', async () => {
    const request = JSON.parse(await readFile(path.join(dir, 'epochd-job.json'), 'utf8'));
    request.training = { ...request.training, loss: 'MSELoss', optimizer: { type: 'SGD', lr: 1e12 } };
    request.model.layers[2].out_features = 1;
    request.preprocess = { target: 'none' };
    await writeFile(path.join(dir, 'wild.json'), JSON.stringify(request));
    expect(await epochd(['train', 'wild.json'])).toMatchObject({
      code: 4,
      out: expect.stringContaining('diverged'),
    });
  });
});

test('keys are created, listed, changed and revoked', async () => {
  const created = await epochd(['keys', 'create', 'laptop', '--tenant', 'acme']);
  expect(created).toMatchObject({ code: 0, out: expect.stringMatching(/^epochd_[0-9a-z]{32}\n$/) });
  const id = /key_[0-9a-z]+/.exec(created.err)![0];
  // This service requires no key, but a request with a key belongs to the key's tenant.
  const env = { EPOCHD_API_KEY: created.out.trim() };
  expect(await epochd(['datasets'], { env })).toMatchObject({ code: 0 });
  const keys = await epochd(['keys']);
  expect(keys.out).toMatch(new RegExp(`${id} +laptop +acme +…${created.out.trim().slice(-4)}`));
  const limited = await epochd(['--json', 'keys', 'create', 'x', '--limits', '{"running_jobs": 2}']);
  expect(JSON.parse(limited.out).limits.running_jobs).toBe(2);
  const wrong = await epochd(['keys', 'create', 'x', '--limits', '{"jobs": 2}']);
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('limits.jobs') });
  const changed = await epochd([
    '--json',
    'keys',
    'change',
    id,
    '--name',
    'desk',
    '--limits',
    '{"flops": 5}',
  ]);
  expect(JSON.parse(changed.out)).toMatchObject({ id, name: 'desk', limits: { flops: 5 } });
  expect((await epochd(['keys', 'change', id])).err).toMatch(/nothing to change/);
  expect((await epochd(['--json', 'keys', 'revoke', id])).out).toMatch(/"revoked_at":"/);
  const refused = await epochd(['datasets'], { env });
  expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('revoked') });
}, 60_000);

describe('a command that fails', () => {
  test.each([
    [['fly'], 2, /unknown command 'fly'/],
    [['train', 'points.csv'], 2, /--target COLUMN/],
    [['train', 'nowhere.json'], 2, /nowhere.json cannot be read/],
    [['train', 'points.csv', '--target', 'colour'], 2, /colour/],
    [['predict', 'job_x', 'rows.xls'], 2, /cannot tell what it is/],
    [['jobs', '--limit', 'many'], 2, /whole number/],
  ])('says why: %j', async (args, code, why) => {
    const ran = await epochd(args);
    expect(ran).toMatchObject({ code, err: expect.stringMatching(why) });
  });

  test('because there is no service exits with 3 and says how to start one', async () => {
    const env = { EPOCHD_URL: 'http://127.0.0.1:9' };
    expect(await epochd(['jobs'], { env })).toMatchObject({
      code: 3,
      err: expect.stringContaining('epochd start'),
    });
    const doctor = await epochd(['doctor'], { env });
    expect(doctor.code).toBe(1);
    expect(doctor.out).toMatch(/^✓ Node +v\d+/m);
    expect(doctor.out).toMatch(/^! service +nothing responds/m);
  });
});
