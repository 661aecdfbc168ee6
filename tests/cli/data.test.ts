// Data files on the command line: tables with and without a header, interrupted uploads, and folders of images.

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { png } from '../training/images/archives.ts';
import { dir, epochd, service } from './epochd.ts';

test('an interrupted upload is resumed by its id', async () => {
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
  expect([again.code, again.err]).toEqual([2, expect.stringContaining('does not exist, or no longer')]);
});

test('a table without a header is uploaded with its split column, and read as if it had one gets a warning', async () => {
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

test('a table with text and empty cells is trained on as it is, and predict takes rows of the same kind', async () => {
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

test('a folder of images is inspected and trained on, and predict takes an image file', async () => {
  const folder = path.join(dir, 'pets');
  // Night is dark in the upper half, day in the lower.
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
    err: expect.stringContaining('empty contains no images'),
  });
});
