import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '#client/client.ts';
import { Inspection } from '#contracts/datasets/inspection.ts';
import { type Api, csvForm, startApi } from '../running-api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  expect((await api.get('/datasets')).body.data).toEqual([]);
  await api.close();
});

const inspect = async (content: string | Uint8Array<ArrayBuffer>, fields = {}) => {
  const { status, body } = await api.post('/datasets/inspect', csvForm(content, fields));
  expect(status).toBe(200);
  expect(Inspection.parse(body)).toEqual(body);
  return body as Inspection;
};

it.each([
  ['on the event loop', 50],
  ['in the process beside the API', 20_000],
])('reports the detected dialect, the resulting dataset and its statistics, %s', async (_, rows) => {
  const lines = Array.from({ length: rows }, (_, i) => `${i % 7},5;${i % 3 ? 'süd' : 'nord'};${i % 2}`);
  const found = await inspect(Buffer.from(`höhe;lage;y\n${lines.join('\n')}\n`, 'latin1'), { types: 'auto' });
  expect(found).toMatchObject({
    object: 'dataset.inspection',
    format: 'csv',
    dialect: { encoding: 'windows-1252', delimiter: ';', decimal: ',', quote: '"', header: true },
    dataset: { samples: rows, target: { name: 'y' } },
    stats: {
      columns: [
        { name: 'höhe', min: 0.5, max: 6.5 },
        { name: 'lage', distinct: 2 },
      ],
    },
    examples: { columns: ['höhe', 'lage', 'y'] },
    problems: [],
  });
  expect(found.examples.rows[0]).toEqual([0.5, 'nord', 0]);
});

it('reports every problem of an invalid file, and its first rows', async () => {
  const found = await inspect('a,b,y\n1,2,0\nx,2,1\n1,2\n3,!,1\n');
  expect(found).toMatchObject({ format: 'csv', dataset: null, stats: null });
  expect(found.problems.map(({ param }) => param)).toEqual(['rows[3].a', 'rows[4]', 'rows[5].b']);
  expect(found.examples.rows[1]).toEqual(['x', 2, 1]);
  const png = await inspect(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]));
  expect(png).toMatchObject({ dialect: null, problems: [{ param: 'file', code: 'not_csv' }] });
});

it('refuses unknown fields, as an upload does', async () => {
  const { status, body } = await api.post('/datasets/inspect', csvForm('a,y\n1,2\n', { decimals: ',' }));
  expect(status).toBe(400);
  expect(body.error.details[0]).toMatchObject({
    param: 'decimals',
    message: expect.stringContaining('"decimal"'),
  });
});

it('is available in the client', async () => {
  const { dataset } = await connect({ url: api.url }).datasets.inspect({
    file: new Blob(['a,y\n1,2\n2,3\n']),
  });
  expect(dataset).toMatchObject({ samples: 2, features: ['a'] });
});
