import { beforeAll, describe, expect, it } from 'vitest';
import type { PredictRequest } from '#contracts/jobs/job-api.ts';
import { evaluateModel } from '#training/evaluate/evaluate.ts';
import { servePredict } from '#training/predict/serve.ts';
import { loadPredictor, type Predictor } from '#training/predict.ts';
import { fit as train } from '#training/run/fit.ts';
import { watching } from '../job.ts';
import { csv, flights, specOf, tableOf } from './flights.ts';

const [seen, unseen] = [flights.slice(0, 120), flights.slice(120)];
const mae = (said: readonly number[], truth: readonly number[]) =>
  said.reduce((sum, value, i) => sum + Math.abs(value - truth[i]!) / said.length, 0);

async function trained(text: string, series: object, over: Parameters<typeof specOf>[2] = {}) {
  const table = await tableOf(text);
  const spec = await specOf(table, series, over);
  const hooks = watching();
  const result = await train(spec, table, hooks);
  return { predictor: await loadPredictor(result.model), reports: hooks.reports, result, table };
}

async function answer(
  predictor: Predictor,
  body: string,
  format: 'json' | 'csv',
  to: 'json' | 'csv' | 'ndjson' | 'npy',
) {
  const pieces: Uint8Array[] = [];
  const sink = {
    write: (piece: string | Uint8Array) => void pieces.push(Buffer.from(piece as string)),
    rewrite() {},
  };
  await servePredict(predictor, [Buffer.from(body)], format, { format: to, part: null, jobId: 'job_' }, sink);
  return Buffer.concat(pieces);
}

const problems = (predictor: Predictor, request: PredictRequest) =>
  predictor.predict(request).then(
    () => [],
    (error) => error.details as { param: string; message: string }[],
  );

describe('a model of a monthly series', () => {
  let model: Awaited<ReturnType<typeof trained>>;
  beforeAll(async () => {
    const series = { window: 24, horizon: 12, time: ['year', 'month'] };
    model = await trained(csv(seen), series, { training: { validation: 0.2, metrics: ['mae'], epochs: 60 } });
  });

  it('forecasts it in its own columns and units, better than the year before', async () => {
    const [prediction] = await model.predictor.predict({ records: seen });
    expect(prediction!.forecast!.map(({ year, month }) => ({ year, month }))).toEqual(
      unseen.slice(0, 12).map(({ year, month }) => ({ year, month })),
    );
    const truth = unseen.slice(0, 12).map(({ passengers }) => passengers);
    const said = prediction!.forecast!.map(({ passengers }) => Number(passengers));
    const before = seen.slice(-12).map(({ passengers }) => passengers);
    expect(mae(said, truth)).toBeLessThan(0.3 * mae(before, truth));
    expect(prediction!.output).toEqual(said);
  });

  it('reports errors in passengers', async () => {
    const { values } = model.reports.at(-1)!;
    expect(values.val_mae).toBeGreaterThan(1);
    expect(values.val_mae).toBeLessThan(15);
    const figures = await evaluateModel(model.predictor, await tableOf(csv(flights)));
    expect(figures.samples).toBe(144 - 24 - 12 + 1);
    expect(figures.metrics.mae).toBeGreaterThan(1);
    expect(figures.metrics.mae).toBeLessThan(15);
  });

  it('needs only the last window, in any order and any format', async () => {
    const [whole] = await model.predictor.predict({ records: seen });
    const last = seen.slice(-24).toReversed();
    expect(await model.predictor.predict({ records: last })).toEqual([whole]);
    const asCsv = JSON.parse((await answer(model.predictor, csv(last), 'csv', 'json')).toString());
    expect(asCsv).toEqual({ object: 'prediction', job_id: 'job_', predictions: [whole] });
    const rows = (await answer(model.predictor, csv(last), 'csv', 'csv')).toString().split('\n');
    expect(rows[0]).toBe('year,month,passengers');
    expect(rows[1]).toMatch(/^1959,January,\d+/);
    expect(rows).toHaveLength(14);
    const npy = await answer(model.predictor, JSON.stringify({ records: last }), 'json', 'npy');
    expect(npy.toString('latin1')).toContain("'shape': (1, 12)");
  });

  it('reports problems with the rows', async () => {
    const { predictor } = model;
    expect(await problems(predictor, { records: seen.slice(0, 10) })).toEqual([
      expect.objectContaining({
        message: 'the series: 10 rows with "passengers", but the model continues from the last 24',
      }),
    ]);
    expect(await problems(predictor, { records: [] })).toMatchObject([
      { message: expect.stringMatching(/^no rows/) },
    ]);
    const gap = [...seen.slice(-30, -10), ...seen.slice(-9)];
    expect(await problems(predictor, { records: gap })).toMatchObject([
      {
        param: 'records[20].year',
        message: expect.stringMatching(
          /between records\[19\] and records\[20\] \(1958 February and 1958 April\)/,
        ),
      },
    ]);
    const twice = [...seen, seen.at(-1)!];
    expect(await problems(predictor, { records: twice })).toMatchObject([
      {
        message: expect.stringMatching(
          /records\[120\] has the time of records\[119\] again \(1958 December\)/,
        ),
      },
    ]);
    const hole = seen.map((row, i) => (i === 115 ? { ...row, passengers: null } : row));
    expect(await problems(predictor, { records: hole })).toMatchObject([
      { param: 'records[115].passengers' },
    ]);
    const untimed = seen.map((row, i) => (i === 115 ? { ...row, year: null } : row));
    expect(await problems(predictor, { records: untimed })).toMatchObject([{ param: 'records[115].year' }]);
    expect(await problems(predictor, { inputs: [[1]] })).toMatchObject([
      { message: expect.stringMatching(/as records or CSV/) },
    ]);
    expect(await problems(predictor, { records: [{ ...seen[0], passangers: 1 }] })).toMatchObject([
      { message: expect.stringMatching(/did you mean "passengers"/) },
    ]);
    await expect(answer(predictor, csv(seen.slice(0, 3)), 'csv', 'json')).rejects.toThrow(/3 rows/);
  });
});

describe('a model of several series and columns', () => {
  // Sales fall with the price and rise on Sundays; the stock is what is left of 100.
  const shops = ['harbour', 'station'].flatMap((shop, s) =>
    Array.from({ length: 150 }, (_, i) => {
      const price = 5 + ((i * 7 + s * 3) % 5);
      const sold = (s + 1) * (40 - 3 * price + (i % 7 === 6 ? 10 : 0));
      return {
        day: new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10),
        shop,
        price,
        sold,
        stock: 100 - sold,
      };
    }),
  );
  const SERIES = {
    window: 14,
    horizon: 7,
    id: 'shop',
    time: 'day',
    future: ['price', 'day'],
    targets: ['sold', 'stock'],
  };
  const MODEL = {
    layers: [
      'Flatten',
      { type: 'Linear', out_features: 14 },
      { type: 'Unflatten', dim: 1, unflattened_size: [7, 2] },
    ],
  };
  const past = shops.filter((_, i) => i % 150 < 140);
  const future = shops
    .filter((_, i) => i % 150 >= 140 && i % 150 < 147)
    .map(({ day, shop, price }) => ({ day, shop, price }));
  let predictor: Predictor;
  beforeAll(async () => {
    ({ predictor } = await trained(csv(past), SERIES, {
      model: MODEL,
      training: { epochs: 60, optimizer: { type: 'Adam', lr: 0.01 } },
    }));
  });

  it('forecasts each series from what is known of the days to come', async () => {
    const predictions = await predictor.predict({ records: [...past, ...future] });
    expect(predictions.map(({ series }) => series)).toEqual(['harbour', 'station']);
    for (const { series, forecast } of predictions) {
      const truth = shops.filter(({ shop, day }) => shop === series && day >= '2024-05-20').slice(0, 7);
      expect(forecast!.map(({ day }) => day)).toEqual(truth.map(({ day }) => day));
      expect(
        mae(
          forecast!.map(({ sold }) => Number(sold)),
          truth.map(({ sold }) => sold),
        ),
      ).toBeLessThan(4);
      expect(
        mae(
          forecast!.map(({ stock }) => Number(stock)),
          truth.map(({ stock }) => stock),
        ),
      ).toBeLessThan(4);
    }
    const table = await answer(
      predictor,
      csv([...past, ...future.map((row) => ({ ...row, sold: '', stock: '' }))]),
      'csv',
      'csv',
    );
    expect(table.toString().split('\n').slice(0, 2)).toEqual([
      'shop,day,sold,stock',
      expect.stringMatching(/^harbour,2024-05-20,/),
    ]);
  });

  it('asks for the values it must know in advance', async () => {
    expect(await problems(predictor, { records: past })).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(
          /^series "harbour": the model needs "price" of the 7 rows to come, but 0 are given/,
        ),
      }),
      expect.objectContaining({ message: expect.stringMatching(/^series "station"/) }),
    ]);
    const unpriced = future.map((row, i) => (i === 2 ? { ...row, price: null } : row));
    expect(await problems(predictor, { records: [...past, ...unpriced] })).toMatchObject([
      { param: 'records[282].price', message: expect.stringMatching(/known in advance/) },
    ]);
    const late = future.map((row) => ({ ...row, day: row.day.replace('2024-05', '2025-05') }));
    expect(await problems(predictor, { records: [...past, ...late] })).toMatchObject([
      { message: expect.stringMatching(/the first row to come, 2024-05-20, but its time is 2025-05-20/) },
      {},
    ]);
    const stranger = past.map((row) => ({ ...row, shop: 'airport' }));
    expect((await problems(predictor, { records: stranger })).length).toBeGreaterThan(0);
  });

  it('scales each series separately on request', async () => {
    const { predictor: own } = await trained(
      csv(past.map((row) => ({ ...row, sold: row.sold * (row.shop === 'station' ? 1000 : 1) }))),
      {
        window: 14,
        horizon: 1,
        id: 'shop',
        time: 'day',
        targets: ['sold'],
        scale: 'series',
        future: ['price', 'day'],
      },
      { training: { epochs: 60 } },
    );
    const predictions = await own.predict({
      records: [
        ...past.map((row) => ({ ...row, sold: row.sold * (row.shop === 'station' ? 1000 : 1) })),
        ...future,
      ],
    });
    const [small, large] = predictions.map(({ forecast }) => Number(forecast![0]!.sold));
    const truth = shops.filter(({ day }) => day === '2024-05-20').map(({ sold }) => sold);
    expect(Math.abs(small! - truth[0]!)).toBeLessThan(5);
    expect(Math.abs(large! - truth[1]! * 1000)).toBeLessThan(10_000);
  });
});

describe('a job on a series', () => {
  it('gives the same bits whatever the order of its rows, and wherever it was stopped', async () => {
    const series = { window: 6, horizon: 2, time: ['year', 'month'] };
    const rows = flights.slice(0, 60);
    const over = { training: { epochs: 4, validation: 0.2 } };
    const straight = await trained(csv(rows), series, over);
    const shuffled = rows.toSorted((a, b) => ((a.passengers * 7919) % 101) - ((b.passengers * 7919) % 101));
    const other = await trained(csv(shuffled), series, over);
    const weights = (file: Uint8Array) => Buffer.from(file).toString('latin1').slice(-400);
    expect(weights(other.result.model)).toBe(weights(straight.result.model));
    const table = await tableOf(csv(rows));
    const spec = await specOf(table, series, over);
    const paused = await train(spec, table, watching(5));
    expect(paused.outcome).toBe('cancelled');
    const resumed = await train(spec, table, watching(), { from: paused.state });
    expect(Buffer.from(resumed.model).equals(Buffer.from(straight.result.model))).toBe(true);
  });

  it('trains with a recurrent layer, and with a convolution', async () => {
    const series = { window: 12, horizon: 3, time: ['year', 'month'] };
    const rows = csv(flights.slice(0, 60));
    for (const layers of [
      [
        { type: 'GRU', hidden_size: 4 },
        { type: 'Linear', out_features: 3 },
      ],
      [
        { type: 'Permute', dims: [0, 2, 1] },
        { type: 'Conv1d', out_channels: 4, kernel_size: 3 },
        'Flatten',
        { type: 'Linear', out_features: 3 },
      ],
    ]) {
      const { reports } = await trained(rows, series, { model: { layers }, training: { epochs: 3 } });
      expect(reports.at(-1)!.values.train_loss).toBeLessThan(reports[0]!.values.train_loss!);
    }
  });
});
