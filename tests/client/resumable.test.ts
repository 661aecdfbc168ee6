// Resumable uploads by the client, over connections that fail.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '#client/client.ts';
import { type Api, startApi } from '../api/running-api.ts';
import { runSql } from '../support/postgres.ts';
import { openProxy } from '../support/proxy.ts';

/** 10 MiB, sent in two requests. */
const CSV = `a,b,side\n${'0.25,0.125,1\n7,-1.5,0\n'.repeat(500_000)}`;

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const file = new Blob([CSV]);

test('bytes that arrived before a connection failed are not sent again', async () => {
  const proxy = await openProxy(Number(new URL(api.url).port));
  const client = connect({ url: `http://127.0.0.1:${proxy.port}` });
  const told: number[] = [];
  const ids: string[] = [];
  let cuts = 0;
  const dataset = await client.datasets.upload({
    file,
    fileName: 'größe.csv',
    target: 'side',
    resumable: true,
    onUpload: (id) => ids.push(id),
    onProgress: (sent) => {
      told.push(sent);
      // Cuts off the next request midway, shortly after it begins.
      if (cuts++ === 0) setTimeout(() => proxy.cut(), 30);
    },
  });
  await proxy.close();
  expect(dataset).toMatchObject({ samples: 1_000_000, name: 'größe.csv', target: { name: 'side' } });
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.at(-1)).toBe(CSV.length);
  expect(ids).toHaveLength(1);
  expect(await runSql(api.databaseUrl, 'SELECT FROM upload')).toEqual([]);
});

test('an upload is resumed with the same file, and refused with another', async () => {
  const client = connect({ url: api.url });
  const stop = new AbortController();
  let id = '';
  const first = client.datasets.upload({
    file,
    resumable: true,
    signal: stop.signal,
    onUpload: (given) => {
      id = given;
    },
    onProgress: (sent) => {
      if (sent > 0) stop.abort(new Error('enough'));
    },
  });
  await expect(first).rejects.toThrow('enough');
  const other = client.datasets.upload({ file: new Blob(['a,b\n1,2\n']), resume: id });
  await expect(other).rejects.toThrow(`${id} is an upload of ${CSV.length} bytes, but this file has 8`);
  const told: number[] = [];
  const dataset = await client.datasets.upload({ file, resume: id, onProgress: (sent) => told.push(sent) });
  expect(told[0]).toBeGreaterThan(0);
  expect(dataset.samples).toBe(1_000_000);
});

test('an upload is kept for a retry if its file is refused, and deleted after an inspection', async () => {
  const client = connect({ url: api.url });
  let id = '';
  const given = { file: new Blob(['a,b\n1,2\n3,4\n']), resumable: true };
  const onUpload = (upload: string) => {
    id = upload;
  };
  await expect(client.datasets.upload({ ...given, target: 'c', onUpload })).rejects.toThrow(/target/);
  expect((await client.datasets.upload({ file: given.file, target: 'b', resume: id })).samples).toBe(2);
  expect((await client.datasets.inspect({ ...given, onUpload })).dataset?.samples).toBe(2);
  await expect(client.datasets.upload({ file: given.file, resume: id })).rejects.toMatchObject({
    status: 404,
    code: 'not_found',
  });
});
