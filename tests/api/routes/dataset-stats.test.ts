import { afterAll, beforeAll, expect, it } from 'vitest';
import { DatasetStats } from '#contracts/datasets/dataset-stats.ts';
import { type Api, csvForm, startApi } from '../running-api.ts';

let api: Api;
let computed = 0;
beforeAll(async () => {
  api = await startApi({}, (store) => ({
    ...store,
    datasets: {
      ...store.datasets,
      async keepStats(id, stats) {
        computed++;
        await store.datasets.keepStats(id, stats);
      },
    },
  }));
});
afterAll(() => api.close());

const table = (rows: number) =>
  `a,b,y\n${Array.from({ length: rows }, (_, i) => `${i % 97},${i % 3 ? 'p' : 'q'},${i % 2}`).join('\n')}\n`;

it.each([
  ['on the event loop', 30],
  ['in the process beside the API', 20_000],
])('statistics are computed once %s, cached, and answered with 304 if the ETag matches', async (_, rows) => {
  computed = 0;
  const { body: dataset } = await api.post('/datasets', csvForm(table(rows), { types: 'auto' }));
  const path = `/datasets/${dataset.id}/stats`;
  const [first, second] = await Promise.all([api.get(path), api.get(path)]);
  expect(first.status).toBe(200);
  expect(DatasetStats.parse(first.body)).toEqual(first.body);
  expect(first.body).toMatchObject({
    object: 'dataset.stats',
    dataset_id: dataset.id,
    samples: rows,
    columns: [
      { name: 'a', min: 0 },
      { name: 'b', type: 'category', distinct: 2 },
    ],
    target: { name: 'y', distinct: 2 },
    examples: { columns: ['a', 'b', 'y'], rows: expect.arrayContaining([[0, 'q', 0]]) },
  });
  expect(second.body).toEqual(first.body);
  expect((await api.get(path)).body).toEqual(first.body);
  expect(computed).toBe(1);
  const etag = first.headers.get('etag')!;
  const again = await api.get(path, { 'if-none-match': etag });
  expect([again.status, again.body]).toEqual([304, null]);
});

it('is a 404 for an unknown dataset', async () => {
  expect((await api.get('/datasets/ds_01jdummy000000000000000000/stats')).status).toBe(404);
});
