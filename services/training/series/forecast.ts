// A trained model continuing series: their past rows in, future rows out, in the data's names and units.

import type { Prediction } from '#contracts/jobs/job-api.ts';
import { unscale } from '../data/target-scale.ts';
import type { Shape } from '../model/shape.ts';
import { shortestFloat32 } from '../shortest.ts';
import type { SeriesCard } from './card.ts';
import { type Continued, continuedSeries, type RowKind } from './continue.ts';
import { wordsAt } from './time.ts';

export interface Forecast {
  readonly prediction: Prediction;
  /** [horizon] or [horizon, targets] */
  readonly output: Float32Array;
}

export interface Forecaster {
  readonly card: SeriesCard;
  /** @param values [rows, columns], raw. @throws Problem listing all errors in the rows */
  forecast(values: Float64Array, kind: RowKind): Promise<Forecast[]>;
}

/** @param run [series, window, features] → [series, …output shape] */
export function forecasterOf(
  card: SeriesCard,
  shape: Shape,
  run: (inputs: Float32Array) => Promise<Float32Array>,
): Forecaster {
  return {
    card,
    async forecast(values, kind) {
      const series = continuedSeries(card, values, kind);
      const size = series[0]!.input.length;
      const inputs = new Float32Array(series.length * size);
      for (const [i, { input }] of series.entries()) inputs.set(input, i * size);
      const outputs = await run(inputs);
      const width = outputs.length / series.length;
      return series.map((each, i) => {
        const output = unscale(each.fitted.scale, outputs.subarray(i * width, (i + 1) * width));
        return { output, prediction: predictionOf(card, shape, each, output) };
      });
    },
  };
}

function predictionOf(
  card: SeriesCard,
  shape: Shape,
  { id, positions }: Continued,
  output: Float32Array,
): Prediction {
  const count = card.targets.length;
  const number = (value: number) => (Number.isFinite(value) ? shortestFloat32(value) : String(value));
  const steps = Array.from({ length: card.horizon }, (_, h) =>
    Array.from(output.subarray(h * count, (h + 1) * count), number),
  );
  const forecast = steps.map((values, h) => ({
    ...(positions === null || card.axis === null ? {} : wordsAt(card.axis, positions[h]!)),
    ...Object.fromEntries(card.targets.map((name, i) => [name, values[i]!])),
  }));
  const flat = shape.length === 1;
  return {
    ...(id === null ? {} : { series: id }),
    output: (flat ? steps.map(([value]) => value) : steps) as NonNullable<Prediction['output']>,
    forecast,
    ...(output.every(Number.isFinite) ? {} : { nonfinite: true }),
  };
}
