// A predict request from body to reply, a block of rows at a time: memory use does not depend on the number of rows.

import { problemOf } from '#contracts/errors.ts';
import { LIMITS } from '#contracts/limits.ts';
import type { Warning } from '#contracts/warnings.ts';
import { sizeOf } from '../model/shape.ts';
import type { Predictor } from '../predict.ts';
import { type AnswerOptions, answerWriter } from './answers.ts';
import { readCsvRows } from './csv-rows.ts';
import { readImageFormRows, readImageRows } from './image-rows.ts';
import { readJsonRows, readNdjsonRows } from './json-rows.ts';
import { readNpyRows } from './npy-rows.ts';
import type { Bytes, ReadRows } from './rows.ts';
import { serveForecast } from './serve-forecast.ts';

export const ROW_FORMATS = {
  json: readJsonRows,
  ndjson: readNdjsonRows,
  csv: readCsvRows,
  npy: readNpyRows,
  image: readImageRows,
  images: readImageFormRows,
} as const satisfies Record<string, ReadRows>;
export type RowFormat = keyof typeof ROW_FORMATS;

/** Receives the answer piece by piece. */
export interface Sink {
  write(piece: string | Uint8Array): Promise<void> | void;
  /** Overwrites the beginning. */
  rewrite(start: Uint8Array): Promise<void> | void;
}

/** @throws Problem naming every bad row; discard what the sink holds then */
export async function servePredict(
  predictor: Predictor,
  body: Bytes,
  format: RowFormat,
  options: AnswerOptions,
  sink: Sink,
): Promise<{ rows: number; warnings: Warning[] }> {
  const { forecaster } = predictor;
  if (forecaster !== null) {
    const blocks = ROW_FORMATS[format](body, predictor.wanted);
    const { rows, answer } = await serveForecast(
      { ...predictor, forecaster },
      blocks,
      format === 'csv',
      options,
    );
    await sink.write(answer);
    return { rows, warnings: [] };
  }
  const writer = answerWriter(predictor, options);
  const width = sizeOf(predictor.wanted.shape);
  const numbers = sizeOf(predictor.output) * (options.part === null ? predictor.parts.length : 1);
  const watch = predictor.watch();
  let rows = 0;
  await sink.write(writer.begin());
  for await (const block of ROW_FORMATS[format](body, predictor.wanted)) {
    rows += block.length / width;
    if (rows * numbers > LIMITS.predictNumbers) {
      const message = `more than ${LIMITS.predictNumbers} numbers in the reply: send fewer rows, or request less with ?return=`;
      throw problemOf('invalid_request', [{ param: 'body', code: 'too_big', message }]);
    }
    watch?.look(block, width);
    await sink.write(writer.block(await predictor.outputs(block)));
  }
  const warnings = watch?.warnings() ?? [];
  await sink.write(writer.end(warnings));
  const heading = writer.heading(rows);
  if (heading !== null) await sink.rewrite(heading);
  return { rows, warnings };
}
