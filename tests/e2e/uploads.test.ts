// An upload whose API process is killed halfway, completed by another process on the same database.

import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { freshDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { startService } from './service.ts';

const TUS = { 'tus-resumable': '1.0.0' };
const TYPE = 'application/offset+octet-stream';

/** 6 MiB of rows. */
const CSV = Buffer.from(
  `a,b,side\n${Array.from({ length: 400_000 }, (_, i) => `${(i * 7919) % 99_991},${i % 97},${i % 2}\n`).join('')}`,
);

const api = (databaseUrl: string) =>
  startService({ command: [process.execPath, 'services/start-api.ts'], env: { DATABASE_URL: databaseUrl } });

const offsetAt = async (url: string) =>
  Number((await fetch(url, { method: 'HEAD', headers: TUS })).headers.get('upload-offset'));

test('an upload resumes in another process after the first was killed, byte for byte', async () => {
  const databaseUrl = await freshDatabase();
  let path = '';
  {
    await using first = await api(databaseUrl);
    const announced = await fetch(`${first.url}/uploads`, {
      method: 'POST',
      headers: { ...TUS, 'upload-length': String(CSV.length) },
    });
    path = announced.headers.get('location')!;
    // Never finishes its body: the service is killed in the middle of this request.
    const sender = spawn(process.execPath, [
      '-e',
      `const request = require('node:http').request(process.argv[1], { method: 'PATCH', headers: JSON.parse(process.argv[2]) });
       request.on('error', () => {});
       process.stdin.pipe(request, { end: false });`,
      `${first.url}${path}`,
      JSON.stringify({ ...TUS, 'content-type': TYPE, 'upload-offset': 0, 'content-length': CSV.length }),
    ]);
    sender.stdin.on('error', () => {});
    sender.stdin.write(CSV.subarray(0, CSV.length >> 1));
    await until(async () => ((await offsetAt(first.url + path)) >= 2 ** 21 ? true : null), 60_000);
    await first.end('SIGKILL');
    sender.kill();
  }
  await using second = await api(databaseUrl);
  const at = await offsetAt(second.url + path);
  expect(at).toBeGreaterThanOrEqual(2 ** 21);
  expect(at).toBeLessThan(CSV.length);
  const rest = await fetch(second.url + path, {
    method: 'PATCH',
    headers: { ...TUS, 'content-type': TYPE, 'upload-offset': String(at) },
    body: CSV.subarray(at),
  });
  expect(rest.status).toBe(204);
  const resumed = await second.client.datasets.create({ upload: path.split('/').at(-1)!, target: 'side' });
  const plain = await second.client.datasets.upload({ file: new Blob([CSV]), target: 'side' });
  expect(resumed.sha256).toBe(plain.sha256);
  const statsOf = async (id: string) => ({ ...(await second.client.datasets.stats(id)), dataset_id: '' });
  expect(await statsOf(resumed.id)).toEqual(await statsOf(plain.id));
});
