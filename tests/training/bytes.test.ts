// A table of bytes stays bytes until a batch is gathered: a quarter of the memory, and the same bits as with floats.

import { expect, it } from 'vitest';
import { LIMITS } from '#contracts/limits.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import type { StoredTable } from '#training/data/table.ts';
import { compileJob } from '#training/job/compile.ts';
import { programOf } from '#training/job/program-of.ts';
import { validateJob } from '#training/job/validate.ts';
import { checkCpuMemory } from '#training/memory.ts';
import { fit as train } from '#training/run/fit.ts';
import { smallJob, watching } from './job.ts';

const ROWS = 61;
const inputs = Array.from({ length: ROWS }, (_, i) =>
  Array.from({ length: 5 }, (_, j) => Array.from({ length: 3 }, (_, k) => (i * 41 + j * 17 + k * 89) % 256)),
);
const targets = Array.from({ length: ROWS }, (_, i) => i % 2);

const jobWith = (preprocess: string, over: object = {}) =>
  smallJob(
    {
      model: {
        layers: ['Flatten', { type: 'Linear', out_features: 6 }, 'ReLU', { type: 'Linear', out_features: 2 }],
      },
      preprocess,
      ...over,
    },
    { inputs, targets },
  );
const asBytes = (table: StoredTable): StoredTable => ({
  ...table,
  info: { ...table.info, input_dtype: 'uint8' },
  inputs: Uint8Array.from(table.inputs),
});

it.each(['scale', 'none', 'standardize'])(
  'bytes train to exactly the same weights as floats with "%s"',
  async (how) => {
    const { spec, table } = await jobWith(how);
    const [floats, bytes] = [watching(), watching()];
    const one = await train(spec, table, floats, { backend: wasm });
    const two = await train(spec, asBytes(table), bytes, { backend: wasm });
    expect(bytes.reports.map(({ values }) => values)).toEqual(floats.reports.map(({ values }) => values));
    expect(two.state.states).toEqual(one.state.states);
  },
);

it('token numbers stored as bytes are the same tokens', async () => {
  const tokens = { inputs: targets.map((_, i) => [i % 7, (i * 3) % 7]), targets };
  const { spec, table } = await smallJob(
    {
      model: {
        input: { shape: [2], dtype: 'int32' },
        layers: [
          { type: 'Embedding', num_embeddings: 7, embedding_dim: 3 },
          'Flatten',
          { type: 'Linear', out_features: 2 },
        ],
      },
    },
    tokens,
  );
  const one = await train(spec, table, watching(), { backend: wasm });
  const two = await train(spec, asBytes(table), watching(), { backend: wasm });
  expect(Buffer.compare(two.model, one.model)).toBe(0);
});

it('a program keeps the dataset as bytes if preprocessing is a plain division', async () => {
  const memory = async (how: string) => {
    const { spec, table } = await jobWith(how);
    const many = 20_000;
    const info = { ...table.info, samples: many, input_dtype: 'uint8' as const };
    const big = { info, inputs: new Uint8Array(many * 15), targets: new Float64Array(many) };
    const { executable } = await compileJob(spec, big, wasm);
    executable.dispose();
    return executable.bytes;
  };
  const [scaled, standardized] = [await memory('scale'), await memory('standardize')];
  expect(standardized - scaled).toBeGreaterThan(0.9 * 3 * 20_000 * 15);
});

it('accepts a table too large for memory in any form, and the program holds a window of it', async () => {
  const { table } = await jobWith('scale');
  const info = { ...table.info, samples: Math.floor(LIMITS.arenaBytes / 2) };
  const check = async (dtype: 'uint8' | 'float32', preprocess: string) => {
    const large = { ...info, input_dtype: dtype };
    const { details, job } = await validateJob(
      {
        model: { input: { shape: [5, 3] }, layers: ['Flatten', { type: 'Linear', out_features: 2 }] },
        dataset: 'ds_',
        training: { loss: 'CrossEntropyLoss', epochs: 1 },
        preprocess,
      },
      async () => large,
    );
    expect(details).toEqual([]);
    expect(checkCpuMemory(job!.spec, large)).toBeNull();
    return programOf(job!.spec, large, LIMITS.trainerDataBytes).program.rows;
  };
  const window = 16 * 2 ** 20;
  const asBytes = await check('uint8', 'scale');
  expect(asBytes * (15 + 4)).toBeLessThanOrEqual(window);
  for (const [dtype, how] of [
    ['float32', 'none'],
    ['uint8', 'standardize'],
  ] as const) {
    const asFloats = await check(dtype, how);
    expect(asFloats * 4 * (15 + 1)).toBeLessThanOrEqual(window);
    expect(asBytes / asFloats).toBeCloseTo(64 / 19, 2);
  }
});
