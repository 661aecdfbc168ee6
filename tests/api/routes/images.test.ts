// Images from an archive to a prediction, over HTTP.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { png, zip } from '../../training/images/archives.ts';
import { type Api, createJob, startApi, train } from '../running-api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const file = (bytes: Uint8Array, name: string) => new File([new Uint8Array(bytes)], name);
const form = (bytes: Uint8Array, fields: Record<string, string> = {}) => {
  const made = new FormData();
  for (const [key, value] of Object.entries(fields)) made.append(key, value);
  made.append('file', file(bytes, 'pictures.zip'));
  return made;
};
/** Dark above and light below, or the reverse. */
const striped = (dark: boolean, i: number) =>
  png(12, 12, (x, y) => (y < 6 === dark ? 20 + ((x + i) % 7) : 200 + ((x * i) % 11)));
const archive = zip(
  Object.fromEntries(
    Array.from({ length: 24 }, (_, i) => [`${i % 2 ? 'night' : 'day'}/${i}.png`, striped(i % 2 === 1, i)]),
  ),
);

it('images make a dataset with its image properties, train a job, and are accepted by predict', async () => {
  const { body: seen } = await api.post('/datasets/inspect', form(archive));
  expect(seen).toMatchObject({ format: 'images', problems: [], dataset: { samples: 24 } });

  const { status, body: dataset } = await api.post('/datasets', form(archive, { size: '8' }));
  expect(status).toBe(201);
  expect(dataset).toMatchObject({
    source: 'images',
    input_shape: [1, 8, 8],
    images: { width: 8, height: 8, formats: { png: 24 }, class_counts: [12, 12] },
    target: { labels: ['day', 'night'] },
  });
  const { body: preview } = await api.get(`/datasets/${dataset.id}/preview`);
  expect(preview.columns).toEqual(['image', 'class', 'file']);
  expect(preview.rows[0][0]).toMatch(/^data:image\/png;base64,/);
  expect((await api.get(`/datasets/${dataset.id}/stats`)).body.target.distinct).toBe(2);

  const { id: job } = await createJob(api, {
    dataset: dataset.id,
    model: { layers: ['Flatten', { type: 'Linear', out_features: 2 }] },
    training: { loss: 'CrossEntropyLoss', optimizer: { type: 'Adam', lr: 0.05 }, epochs: 20, batch_size: 8 },
  });
  await train(api, job);
  const one = await fetch(`${api.url}/jobs/${job}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'image/png' },
    body: new Uint8Array(striped(true, 91)),
  });
  expect(await one.json()).toMatchObject({ predictions: [{ label: 'night' }] });

  const several = new FormData();
  several.append('image', file(striped(false, 92), 'a.png'));
  several.append('image', file(striped(true, 93), 'b.png'));
  const both = await api.post(`/jobs/${job}/predict`, several);
  expect(both.body.predictions.map(({ label }: { label: string }) => label)).toEqual(['day', 'night']);

  several.append('image', file(Buffer.from('no image'), 'c.png'));
  const refused = await api.post(`/jobs/${job}/predict`, several);
  expect(refused.status).toBe(400);
  expect(refused.body.error.details).toEqual([
    expect.objectContaining({ param: 'files[2]', code: 'corrupt_image' }),
  ]);
});

it('images that cannot be read are all listed in the reply', async () => {
  const { status, body } = await api.post('/datasets', form(zip({ 'a/1.png': 'x', 'b/2.png': '' })));
  expect(status).toBe(400);
  expect(body.error.details.map(({ message }: { message: string }) => message.slice(0, 9))).toEqual([
    '"a/1.png"',
    '"b/2.png"',
  ]);
});
