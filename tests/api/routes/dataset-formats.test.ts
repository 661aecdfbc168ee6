import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Api, csvForm, startApi } from '../running-api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const colours = (rows: number) => Array.from({ length: rows }, (_, i) => (i % 3 ? 'red' : 'blue'));
const csv = (rows: number) =>
  `colour,x,y\n${colours(rows)
    .map((colour, i) => `${colour},${i % 7},${i % 2}`)
    .join('\n')}\n`;
const jsonl = (rows: number) =>
  colours(rows)
    .map((colour, i) => JSON.stringify({ colour, x: i % 7, y: i % 2 }))
    .join('\n');
const parquet = (rows: number) =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'colour', data: colours(rows) },
        { name: 'x', data: Float64Array.from({ length: rows }, (_, i) => i % 7) },
        { name: 'y', data: Int32Array.from({ length: rows }, (_, i) => i % 2) },
      ],
    }),
  );

it.each([
  ['a few rows', 40],
  ['many', 20_000],
])('%s give the same table as CSV, JSONL, JSON and Parquet', async (_, rows) => {
  const files = [csv(rows), jsonl(rows), `[${jsonl(rows).replaceAll('\n', ',')}]`, parquet(rows)];
  const tables = [];
  for (const file of files) {
    const { status, body } = await api.post('/datasets', csvForm(file));
    expect(status).toBe(201);
    const { columns, features, samples, input_range, target } = body;
    tables.push({ columns, features, samples, input_range, labels: target.labels, max: target.max });
    const stats = await api.get(`/datasets/${body.id}/stats`);
    expect(stats.body.columns[0].distinct).toBe(2);
  }
  expect(tables[0]).toMatchObject({ samples: rows, features: ['colour=blue', 'colour=red', 'x'] });
  for (const table of tables) expect(table).toEqual(tables[0]);
});

it('refuses CSV-only fields for other formats', async () => {
  const { status, body } = await api.post('/datasets', csvForm(jsonl(3), { delimiter: ';' }));
  expect([status, body.error.details[0].param]).toEqual([400, 'delimiter']);
});

it('inspects each of them', async () => {
  const { body } = await api.post('/datasets/inspect', csvForm(parquet(30), { target: 'y' }));
  expect(body).toMatchObject({ format: 'parquet', dialect: null, dataset: { samples: 30 }, problems: [] });
});
