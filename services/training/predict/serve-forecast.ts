// A predict request for a time series model: reads all rows, and predicts from one window of each series.

import { problemOf } from '#contracts/errors.ts';
import type { Prediction, PredictionPart } from '#contracts/jobs/job-api.ts';
import { LIMITS } from '#contracts/limits.ts';
import type { TableNumbers } from '../data/numbers.ts';
import { concatenated } from '../data/rows/join.ts';
import { bytesOf } from '../data/table.ts';
import type { Predictor } from '../predict.ts';
import type { Forecast, Forecaster } from '../series/forecast.ts';
import { type AnswerOptions, npyHeading, quoted } from './answers.ts';

/** @param blocks [rows, columns], raw */
export async function serveForecast(
  { forecaster, output }: Pick<Predictor, 'output'> & { readonly forecaster: Forecaster },
  blocks: AsyncIterable<TableNumbers>,
  isCsv: boolean,
  options: AnswerOptions,
): Promise<{ rows: number; answer: string | Uint8Array }> {
  const read: TableNumbers[] = [];
  let numbers = 0;
  for await (const block of blocks) {
    read.push(block);
    numbers += block.length;
    if (numbers <= LIMITS.predictNumbers) continue;
    const message = `more than ${LIMITS.predictNumbers} numbers: the model continues from the last ${forecaster.card.window} rows of a series`;
    throw problemOf('invalid_request', [{ param: 'body', code: 'too_big', message }]);
  }
  const values = read.length === 0 ? new Float64Array(0) : Float64Array.from(concatenated(read));
  const forecasts = await forecaster.forecast(values, isCsv ? 'lines' : 'records');
  return { rows: forecasts.length, answer: answerOf(forecaster, output, forecasts, options) };
}

function answerOf(
  { card }: Forecaster,
  shape: readonly number[],
  forecasts: readonly Forecast[],
  { format, part, jobId }: AnswerOptions,
): string | Uint8Array {
  switch (format) {
    case 'json': {
      const predictions = forecasts.map(({ prediction }) => only(prediction, part));
      return JSON.stringify({ object: 'prediction', job_id: jobId, predictions });
    }
    case 'ndjson':
      return forecasts.map(({ prediction }) => `${JSON.stringify(only(prediction, part))}\n`).join('');
    case 'csv': {
      const rows = forecasts.flatMap(({ prediction: { series, forecast = [] } }) =>
        forecast.map((row) =>
          series === undefined || card.id === null ? row : { [card.id]: series, ...row },
        ),
      );
      const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
      const lines = rows.map((row) => names.map((name) => quoted(String(row[name] ?? ''))).join(','));
      return `${[names.map(quoted).join(','), ...lines].join('\n')}\n`;
    }
    case 'npy': {
      const pieces = [
        npyHeading('<f4', [forecasts.length, ...shape]),
        ...forecasts.map(({ output }) => bytesOf(output)),
      ];
      return Buffer.concat(pieces);
    }
  }
}

function only({ series, output, forecast, nonfinite }: Prediction, part: PredictionPart | null): Prediction {
  return {
    ...(series !== undefined && { series }),
    ...(output !== undefined && { output }),
    ...(part === null && forecast !== undefined && { forecast }),
    ...(nonfinite !== undefined && { nonfinite }),
  };
}
