// Learning from real-world tables, if they are installed: penguin species, the fuel consumption of cars, and airline passengers.

import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { ColumnChoice } from '#training/data/columns/columns.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { readInline } from '#training/data/formats/inline.ts';
import type { StoredTable } from '#training/data/table.ts';
import { validateJob } from '#training/job/validate.ts';
import { loadPredictor } from '#training/predict.ts';
import { fit as train } from '#training/run/fit.ts';
import { tableJob } from '../../services/cli/table-job.ts';
import { watching } from './job.ts';
import { specOf } from './series/flights.ts';

const fileOf = (name: string) => `../shared/data/${name}.csv`;
const withData = (name: string) => describe.skipIf(!existsSync(fileOf(name)));

/** The rows of a table of unquoted cells, by column name, without those that lack one of `needed`. */
function completeRows(name: string, needed: readonly string[]): Record<string, string>[] {
  const [header, ...lines] = readFileSync(fileOf(name), 'utf8').trim().split('\n');
  const names = header!.split(',');
  const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, cell])));
  return rows.filter((row) => needed.every((column) => row[column] !== ''));
}

function readRows(rows: readonly Record<string, string>[], choice: ColumnChoice) {
  const names = Object.keys(rows[0]!);
  const lines = [names.join(','), ...rows.map((row) => names.map((name) => row[name]).join(','))];
  return readCsv(Readable.from([Buffer.from(lines.join('\n'))]), choice);
}

async function learn(table: StoredTable, layers: unknown[], training: object, seed = 0) {
  const { details, job } = await validateJob(
    { model: { input: { shape: table.info.input_shape }, layers }, dataset: 'ds_', training, seed },
    async () => table.info,
  );
  expect(details).toEqual([]);
  const hooks = watching();
  const result = await train({ ...job!.spec, dataset: 'ds_' }, table, hooks);
  expect(result.outcome).toBe('completed');
  return { model: result.model, values: hooks.reports.at(-1)!.values };
}

/** From the epoch with the lowest val_loss, whose weights are kept. */
async function bestOf(name: string, target: string, value: string, seed: number): Promise<number> {
  const { info, table } = await readCsv(createReadStream(fileOf(name)), { target });
  const body = { ...tableJob({ ...info, id: 'ds_' } as Dataset, { model: 'mlp' }), seed };
  const { details, job } = await validateJob(body, async () => info);
  expect(details).toEqual([]);
  const hooks = watching();
  await train({ ...job!.spec, dataset: 'ds_' }, table, hooks);
  const [best] = hooks.reports
    .map(({ values }) => values)
    .toSorted((a, b) => Number(a.val_loss) - Number(b.val_loss));
  return Number(best![value]);
}

withData('penguins')(`penguins (${fileOf('penguins')})`, () => {
  const features = ['bill_length_mm', 'bill_depth_mm', 'flipper_length_mm', 'body_mass_g'];
  const choice = { target: 'species', features: features.join(',') };

  it('are classified by their measurements: accuracy 0.97 on those held out', async () => {
    const { table } = await readRows(completeRows('penguins', features), choice);
    expect(table.info.samples).toBe(342);
    for (const seed of [0, 1, 2]) {
      const { values } = await learn(
        table,
        [{ type: 'Linear', out_features: 16 }, 'SiLU', { type: 'Linear', out_features: 3 }],
        {
          loss: { type: 'CrossEntropyLoss', label_smoothing: 0.05 },
          optimizer: { type: 'AdamW', lr: 0.01 },
          epochs: 40,
          batch_size: 16,
          validation_split: 0.2,
        },
        seed,
      );
      expect(values.val_accuracy).toBeGreaterThanOrEqual(0.97);
    }
  });

  it('are classified from the raw file with the defaults of `epochd train`: accuracy 0.98 on those held out', async () => {
    for (const seed of [0, 1, 2]) {
      expect(await bestOf('penguins', 'species', 'val_accuracy', seed)).toBeGreaterThanOrEqual(0.98);
    }
  });
});

withData('mpg')(`mpg (${fileOf('mpg')})`, () => {
  const features = ['cylinders', 'displacement', 'horsepower', 'weight', 'acceleration', 'model_year'];

  it('is predicted from the numbers of a car: R² 0.85 on cars held out', async () => {
    const rows = completeRows('mpg', ['mpg', ...features]);
    const { table } = await readRows(rows, { target: 'mpg', features: features.join(',') });
    expect(table.info.samples).toBe(392);
    for (const seed of [0, 1, 2]) {
      const { values } = await learn(
        table,
        [{ type: 'Linear', out_features: 32 }, 'ELU', { type: 'Linear', out_features: 1 }],
        {
          loss: 'HuberLoss',
          optimizer: { type: 'NAdam', lr: 0.01 },
          epochs: 80,
          batch_size: 16,
          validation_split: 0.2,
          metrics: ['r2'],
        },
        seed,
      );
      expect(values.val_r2).toBeGreaterThanOrEqual(0.85);
    }
  });
});

withData('mpg')('mpg as it is', () => {
  it('is predicted from text and gaps, too, with the defaults of `epochd train`: R² 0.87 on cars held out', async () => {
    for (const seed of [0, 1, 2]) {
      expect(await bestOf('mpg', 'mpg', 'val_r2', seed)).toBeGreaterThanOrEqual(0.87);
    }
  });
});

withData('flights')(`flights (${fileOf('flights')})`, () => {
  const YEAR = 12;
  const HELD_OUT = 24;

  it('an LSTM over a year predicts the next month better than the previous month does', async () => {
    const passengers = completeRows('flights', ['passengers']).map((row) => Number(row.passengers));
    const logs = passengers.map(Math.log);
    // A year of logarithms and the following month, minus the last month of the year; times ten for a scale of about 1.
    const windows = logs.slice(YEAR).map((next, i) => {
      const last = logs[i + YEAR - 1]!;
      const year = logs.slice(i, i + YEAR).map((value) => [10 * (value - last)]);
      return { year, step: 10 * (next - last), last: passengers[i + YEAR - 1]!, next: passengers[i + YEAR]! };
    });
    const known = windows.slice(0, -HELD_OUT);
    const { table } = readInline({
      inputs: known.map(({ year }) => year),
      targets: known.map(({ step }) => step),
    });
    const { model } = await learn(
      table,
      [
        { type: 'LSTM', hidden_size: 16 },
        { type: 'Linear', out_features: 1 },
      ],
      { loss: 'MSELoss', optimizer: { type: 'NAdam', lr: 0.01 }, epochs: 120, batch_size: 16 },
    );

    const unseen = windows.slice(-HELD_OUT);
    const said = await (await loadPredictor(model)).predict({ inputs: unseen.map(({ year }) => year) });
    const forecasts = said.map(({ output }, i) => unseen[i]!.last * Math.exp((output as number[])[0]! / 10));
    const rmse = (guesses: readonly number[]) =>
      Math.sqrt(guesses.reduce((sum, guess, i) => sum + (guess - unseen[i]!.next) ** 2, 0) / guesses.length);
    const ours = rmse(forecasts);
    const naive = rmse(unseen.map(({ last }) => last));
    expect(ours).toBeLessThan(0.6 * naive);
  });

  it('as a monthly series, two years are forecast better than by the same months of the year before', async () => {
    const { info, table } = await readCsv(createReadStream(fileOf('flights')), { target: 'passengers' });
    const series = { window: 24, horizon: 12, time: ['year', 'month'] };
    const spec = await specOf({ ...table, info }, series, {
      training: { test: { fraction: HELD_OUT / info.samples }, epochs: 150, metrics: ['rmse'] },
    });
    const { model } = await train(spec, { ...table, info }, watching());
    const predictor = await loadPredictor(model);
    const rows = completeRows('flights', ['passengers']).map(({ year, month, passengers }) => ({
      year: Number(year),
      month: month!,
      passengers: Number(passengers),
    }));
    const errors: number[] = [];
    const naive: number[] = [];
    for (const begin of [rows.length - 24, rows.length - 12]) {
      const [prediction] = await predictor.predict({ records: rows.slice(begin - 24, begin) });
      for (const [h, said] of prediction!.forecast!.entries()) {
        const truth = rows[begin + h]!;
        expect([said.year, said.month]).toEqual([truth.year, truth.month]);
        errors.push((Number(said.passengers) - truth.passengers) ** 2);
        naive.push((rows[begin + h - 12]!.passengers - truth.passengers) ** 2);
      }
    }
    const rmse = (squares: readonly number[]) =>
      Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    expect(rmse(errors)).toBeLessThan(0.5 * rmse(naive));
  });
});
