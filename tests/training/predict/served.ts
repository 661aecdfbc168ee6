// Sends requests in any format to two trained models, in chunks: one learned from a table, the other from arrays.

import { Readable } from 'node:stream';
import { beforeAll, expect } from 'vitest';
import { Problem } from '#contracts/errors.ts';
import type { PredictionPart } from '#contracts/jobs/job-api.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { validateJob } from '#training/job/validate.ts';
import type { AnswerFormat } from '#training/predict/answers.ts';
import { type RowFormat, servePredict } from '#training/predict/serve.ts';
import { loadPredictor, type Predictor } from '#training/predict.ts';
import { fit as train } from '#training/run/fit.ts';
import { points, smallJob, watching } from '../job.ts';

/** Rows for the model of the table: its columns are big, b and c. */
export const ROWS = Array.from({ length: 2_500 }, (_, i) => [1000 + (i % 37), i / 7, (i % 5) - 2.25]);

/** Both are trained before the first test of the file that imports them. */
export let table: Predictor;
export let arrays: Predictor;
beforeAll(async () => {
  const lines = points(40).inputs.map(
    ([a, b]) => `${a! * 100 + 1000},${b},${a},${a! > 0 ? '"right, up"' : 'left'}`,
  );
  const csv = Readable.from([Buffer.from(`big,b,c,side\n${lines.join('\n')}\n`)]);
  const read = await readCsv(csv, {});
  const { job } = await validateJob(
    {
      model: {
        input: { shape: [3] },
        layers: [{ type: 'Linear', out_features: 8 }, 'Tanh', { type: 'Linear', out_features: 2 }],
      },
      dataset: 'ds_',
      training: { loss: 'CrossEntropyLoss', epochs: 3 },
    },
    async () => read.info,
  );
  table = await loadPredictor((await train({ ...job!.spec, dataset: 'ds_' }, read.table, watching())).model);
  const small = await smallJob(
    { model: { layers: [{ type: 'Linear', out_features: 1 }] }, training: { loss: 'MSELoss' } },
    points(20),
  );
  arrays = await loadPredictor((await train(small.spec, small.table, watching())).model);
});

/** Pieces of a prime number of bytes, so that rows are cut at every place. */
function* cut(body: Uint8Array, size = 997) {
  for (let start = 0; start < body.length; start += size) yield body.slice(start, start + size);
}

export async function ask(
  predictor: Predictor,
  body: string | Uint8Array,
  format: RowFormat,
  {
    answer = 'json',
    part = null,
    size,
  }: { answer?: AnswerFormat; part?: PredictionPart | null; size?: number } = {},
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const sink = {
    write: (piece: string | Uint8Array) => void pieces.push(Buffer.from(piece as Uint8Array)),
    rewrite(start: Uint8Array) {
      const whole = Buffer.concat(pieces.splice(0));
      whole.set(start, 0);
      pieces.push(whole);
    },
  };
  await servePredict(
    predictor,
    cut(Buffer.from(body as Uint8Array), size),
    format,
    { format: answer, part, jobId: 'job_1' },
    sink,
  );
  return Buffer.concat(pieces);
}
/** The predictions of a reply in JSON. */
export const json = async (...args: Parameters<typeof ask>) =>
  JSON.parse((await ask(...args)).toString()).predictions;

/** A .npy file, version 1.0. */
export function npy(
  rows: readonly (readonly number[])[],
  dtype: '<f8' | '>f4' | '|u1',
  fortran = false,
): Buffer {
  const width = rows[0]!.length;
  const dict = `{'descr': '${dtype}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${rows.length}, ${width}), }`;
  const header = `${dict.padEnd(117)}\n`;
  const head = Buffer.concat([Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1'), Buffer.from(header)]);
  const flat = fortran
    ? Array.from({ length: width }, (_, i) => rows.map((row) => row[i]!)).flat()
    : rows.flat();
  const bytes = Buffer.alloc(flat.length * { '<f8': 8, '>f4': 4, '|u1': 1 }[dtype]);
  for (const [i, value] of flat.entries()) {
    if (dtype === '<f8') bytes.writeDoubleLE(value, i * 8);
    else if (dtype === '>f4') bytes.writeFloatBE(value, i * 4);
    else bytes.writeUInt8(value, i);
  }
  return Buffer.concat([head, bytes]);
}

/** The problems that a request was refused with, as [param, message]. */
export async function refusal(
  promise: Promise<unknown>,
): Promise<{ code: string; told: [string, string][] }> {
  try {
    await promise;
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    const { code, details } = error as Problem;
    return { code, told: details.map(({ param, message }) => [param, message]) };
  }
  throw new Error('was not refused');
}
