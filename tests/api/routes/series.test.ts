import { afterAll, beforeAll, expect, it } from 'vitest';
import { csv, flights } from '../../training/series/flights.ts';
import { type Api, csvForm, startApi, train } from '../running-api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const upload = async (text: string, fields: Record<string, string>) => {
  const { status, body } = await api.post('/datasets', csvForm(text, fields));
  expect(status).toBe(201);
  return body.id as string;
};
const jobOf = (dataset: string, series: object) => ({
  model: { layers: ['Flatten', { type: 'Linear', out_features: 12 }] },
  dataset,
  training: { loss: 'MSELoss', epochs: 3, validation: 0.2 },
  preprocess: { series },
});
const SERIES = { window: 24, horizon: 12, time: ['year', 'month'] };

it('a series is uploaded as a table, trained on in windows, and forecast', async () => {
  const dataset = await upload(csv(flights), { target: 'passengers' });
  const report = await api.post('/jobs/validate', jobOf(dataset, SERIES));
  expect(report.body.samples).toEqual({ train: 81, validation: 17, test: 0 });
  const { status, body: job } = await api.post('/jobs', jobOf(dataset, SERIES));
  expect(status).toBe(201);
  expect(job.model.input.shape).toEqual([24, 1]);
  expect(job.preprocess.series).toMatchObject({ ...SERIES, targets: ['passengers'], gaps: 'split' });
  expect(job.progress.total_steps).toBe(3 * Math.ceil(81 / 32));
  await train(api, job.id);
  const predicted = await api.post(`/jobs/${job.id}/predict`, { records: flights });
  expect(predicted.body.predictions[0].forecast).toHaveLength(12);
  expect(predicted.body.predictions[0].forecast[0]).toEqual({
    year: 1961,
    month: 'January',
    passengers: expect.any(Number),
  });
  const few = await api.post(`/jobs/${job.id}/predict`, csv(flights.slice(0, 5)), {
    'content-type': 'text/csv',
  });
  expect(few.status).toBe(400);
  expect(few.body.error.message).toMatch(
    /5 rows with "passengers", but the model continues from the last 24/,
  );
  const evaluated = await api.post(`/jobs/${job.id}/evaluate`, { dataset });
  expect(evaluated.body.samples).toBe(109);
});

it('a table too large for the event loop is checked, too, before a job is accepted', async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `${i === 19_999 ? 7 : i},${i % 10}`);
  const dataset = await upload(`t,y\n${rows.join('\n')}\n`, { target: 'y' });
  const { status, body } = await api.post('/jobs', jobOf(dataset, { window: 24, horizon: 12, time: 't' }));
  expect(status).toBe(400);
  expect(body.error.details).toEqual([
    {
      param: 'preprocess.series.time',
      code: 'duplicate',
      message: expect.stringMatching(/^row 19999 has the time of row 7 again \(7\)/),
    },
  ]);
});
