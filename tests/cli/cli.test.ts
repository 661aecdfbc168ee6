// The command line as a shell runs it, against a service in a process of its own.

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Job } from '#contracts/jobs/job-api.ts';
import { decodeSafetensors } from '#training/model/safetensors.ts';
import { bareEnvironment, type Service, startService } from '../e2e/service.ts';
import { until } from '../support/until.ts';
import { png } from '../training/images/archives.ts';

const PROGRAM = path.resolve('bin/epochd.js');
let service: Service;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'epochd-cli-'));
  service = await startService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

const paused = (id: string) =>
  until(async () => ((await service.client.jobs.get(id)).status === 'paused' ? true : null));

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** @param onOut told all of standard output so far, and may send a signal */
async function epochd(
  args: string[],
  {
    input = '',
    env = {} as Record<string, string>,
    onOut = (_: string, __: (s: NodeJS.Signals) => void) => {},
  } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: dir,
    env: { ...bareEnvironment(), EPOCHD_URL: service.url, ...env },
    detached: true,
  });
  const ran: Ran = { code: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    ran.out += text;
    // As a terminal does: the whole group hears it.
    onOut(ran.out, (signal) => process.kill(-child.pid!, signal));
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    ran.err += text;
  });
  child.stdin.end(input);
  ran.code = await new Promise((resolve) => child.once('close', resolve));
  return ran;
}

const POINTS = `x,y,side\n${Array.from({ length: 60 }, (_, i) => {
  const [x, y] = [Math.sin(i), Math.cos(i * 1.7)];
  return `${x},${y},${x > y ? 'left' : 'right'}`;
}).join('\n')}\n`;

describe('a first session', () => {
  let job: string;

  test('init writes a job, once, and train trains it to the end', async () => {
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

  test('a table is uploaded, trained on and asked for its classes', async () => {
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

  test('an upload that was interrupted is continued by its id', async () => {
    const table = `a,b,side\n${Array.from({ length: 50 }, (_, i) => `${i},${i * 2},${i % 2}\n`).join('')}`;
    await writeFile(path.join(dir, 'half.csv'), table);
    const tus = { 'tus-resumable': '1.0.0' };
    const announced = { ...tus, 'upload-length': String(table.length) };
    const { id } = (await (
      await fetch(`${service.url}/uploads`, { method: 'POST', headers: announced })
    ).json()) as { id: string };
    const headers = { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };
    await fetch(`${service.url}/uploads/${id}`, { method: 'PATCH', headers, body: table.slice(0, 100) });
    const { code, out, err } = await epochd(['upload', 'half.csv', '--target', 'side', '--resume', id]);
    expect(code, err).toBe(0);
    expect(out).toContain('50 samples of [2]');
    const again = await epochd(['upload', 'half.csv', '--resume', id]);
    expect([again.code, again.err]).toEqual([
      2,
      expect.stringContaining('there is nothing, or nothing any more'),
    ]);
  });

  test('a table without names is uploaded with the column that splits it, and warned of where it is not', async () => {
    await writeFile(path.join(dir, 'bare.csv'), '5.1,3.5,train,a\n4.9,3.0,test,b\n7.0,3.2,train,b\n');
    const taken = await epochd(['upload', 'bare.csv', '--no-header', '--split', 'column_3', '--json']);
    expect(JSON.parse(taken.out)).toMatchObject({
      samples: 3,
      features: ['column_1', 'column_2'],
      split: { column: 'column_3', train: 2, test: 1 },
    });
    const { out } = await epochd(['upload', 'bare.csv', '--features', '5.1,3.5']);
    expect(out).toContain('the first row looks like data');
    expect(out).toMatch(/ds_\w+ {2}2 samples/);
  });

  test('jobs, job, datasets and checkpoints are lists for people, and JSON for programs', async () => {
    const listed = await epochd(['jobs', '--status', 'succeeded']);
    expect(listed.out.split('\n')[0]).toMatch(/^ID +STATUS +NAME +EPOCH/);
    expect(listed.out).toContain(`${job}  succeeded  points.csv  30/30`);
    const lines = (await epochd(['--json', 'jobs', '--limit', '1'])).out.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Job).id)).toEqual([job]);
    expect((await epochd(['job', job])).out).toMatch(/^status +succeeded \(completed\)$/m);
    expect((await epochd(['datasets'])).out).toMatch(/points\.csv +60 +\[2\] +side: classes/);
    expect((await epochd(['checkpoints', job])).out).toMatch(/^ID +EPOCH/);
  });

  test('weights are written where they are wanted, and what is deleted is gone', async () => {
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

test('a table with text and empty cells is trained on as it is, and asked in its own words', async () => {
  const rows = Array.from(
    { length: 40 },
    (_, i) => `${i % 7 === 0 ? '' : i},${['red', 'blue', ''][i % 3]},${i % 3 === 0 ? 'yes' : 'no'}`,
  );
  await writeFile(path.join(dir, 'mixed.csv'), `age,colour,fits\n${rows.join('\n')}\n`);
  const { code, out } = await epochd([
    'train',
    'mixed.csv',
    '--target',
    'fits',
    '--epochs',
    '60',
    '--detach',
  ]);
  expect(code).toBe(0);
  const job = out.trim();
  expect(await epochd(['watch', job])).toMatchObject({ code: 0 });
  const input = 'age,colour\n3,red\n,blue\n';
  const { out: answers } = await epochd(['predict', job, '-', '--return', 'labels'], { input });
  expect(
    answers
      .split('\n')
      .slice(1, 3)
      .map((line) => line.split(',')[1]),
  ).toEqual(['yes', 'no']);
}, 60_000);

test('a folder of images is packed, looked at, trained on and asked for a file', async () => {
  const folder = path.join(dir, 'pets');
  // Dark above, or dark below.
  const image = (night: boolean, i: number) => png(12, 12, (_, y) => (y < 6 === night ? 20 + i : 200 + i));
  for (const kind of ['day', 'night']) {
    await mkdir(path.join(folder, kind), { recursive: true });
    for (let i = 0; i < 12; i++)
      await writeFile(path.join(folder, kind, `${i}.png`), image(kind === 'night', i));
  }
  await writeFile(path.join(folder, 'day', '.hidden.png'), 'x');
  await writeFile(path.join(folder, 'notes.md'), 'x');
  const { out: seen } = await epochd(['inspect', 'pets', '--json']);
  expect(JSON.parse(seen)).toMatchObject({
    problems: [],
    dataset: { samples: 24, input_shape: [1, 12, 12], target: { labels: ['day', 'night'] } },
  });
  const { code, out } = await epochd([
    'train',
    'pets/',
    '--size',
    '8',
    '--channels',
    'rgb',
    '--epochs',
    '15',
    '--detach',
  ]);
  expect(code).toBe(0);
  const id = out.trim();
  expect(await epochd(['watch', id])).toMatchObject({ code: 0 });
  const trained = await service.client.jobs.get(id);
  expect(trained).toMatchObject({ name: 'pets', preprocess: { images: { normalize: 'fitted' } } });
  await writeFile(path.join(dir, 'photo.png'), image(true, 40));
  const { out: answer } = await epochd(['predict', id, 'photo.png', '--as', 'json']);
  expect(JSON.parse(answer)).toMatchObject({ predictions: [{ label: 'night' }] });
  await mkdir(path.join(dir, 'empty'));
  expect(await epochd(['train', 'empty'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('empty holds no images'),
  });
});

test('--folds trains every fold, and prints the values of each, their mean and standard deviation', async () => {
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
  const refused = await epochd(['train', 'points.csv', '--target', 'side', '--folds', '101']);
  expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('folds: must be at most 100') });
});

describe('a job that runs', () => {
  test('goes on when Ctrl-C ends the watching, and is paused, resumed and cancelled by its id', async () => {
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

  test('that fails is told by the exit code', async () => {
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
  // Nobody is asked for a key here; who shows one is its tenant.
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

describe('what is wrong is told', () => {
  test.each([
    [['fly'], 2, /unknown command 'fly'/],
    [['train', 'points.csv'], 2, /--target COLUMN/],
    [['train', 'nowhere.json'], 2, /nowhere.json cannot be read/],
    [['train', 'points.csv', '--target', 'colour'], 2, /colour/],
    [['predict', 'job_x', 'rows.xls'], 2, /cannot tell what it is/],
    [['jobs', '--limit', 'many'], 2, /whole number/],
  ])('%j', async (args, code, why) => {
    const ran = await epochd(args);
    expect(ran).toMatchObject({ code, err: expect.stringMatching(why) });
  });

  test('a service that is not there is 3, and says what to do', async () => {
    const env = { EPOCHD_URL: 'http://127.0.0.1:9' };
    expect(await epochd(['jobs'], { env })).toMatchObject({
      code: 3,
      err: expect.stringContaining('epochd start'),
    });
    const doctor = await epochd(['doctor'], { env });
    expect(doctor.code).toBe(1);
    expect(doctor.out).toMatch(/^✓ Node +v\d+/m);
    expect(doctor.out).toMatch(/^! service +nothing answers/m);
  });
});
