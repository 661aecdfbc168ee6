// A table that does not fit into memory is read from its files, window by window: the same losses, weights and model, bit for bit.

import { truncate } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { joinTables } from '#training/data/rows/join.ts';
import { openTable } from '#training/data/rows/table-file.ts';
import type { StoredTable } from '#training/data/table.ts';
import { programOf } from '#training/job/program-of.ts';
import { validateJob } from '#training/job/validate.ts';
import { type FitOptions, fit as train } from '#training/run/fit.ts';
import { points, smallJob, watching } from '../job.ts';
import { inFiles } from './in-files.ts';

/** Holds a few batches of the jobs below. */
const WINDOW = { dataBytes: 2_000, backend: wasm } satisfies FitOptions;

interface Case {
  spec: JobSpec;
  own: StoredTable;
  held?: { validation?: StoredTable; test?: StoredTable };
}

async function learned({ spec, own, held = {} }: Case, streamed: boolean) {
  const hooks = watching();
  const inMemory = joinTables(own, held);
  await using stored = await inFiles(own, held);
  using table = openTable(stored.files);
  if (streamed) {
    const { program } = programOf(spec, table.info, WINDOW.dataBytes);
    expect(program.rows).toBeLessThan(table.info.samples / 2);
  }
  const result = streamed
    ? await train(spec, table, hooks, WINDOW)
    : await train(spec, inMemory, hooks, { backend: wasm });
  const { model, state, test, fingerprint } = result;
  const epochs = hooks.reports.map(({ values, best, confusion_matrix }) => ({
    values,
    best,
    confusion_matrix,
  }));
  return { model, states: state.states, test, fingerprint, epochs };
}

const arrays = async (
  count: number,
  training: object,
  to: (values: number[]) => StoredTable['inputs'] = (values) => Float32Array.from(values),
  over: object = {},
): Promise<Case> => {
  const { inputs, targets } = points(count);
  const { spec, table } = await smallJob({ training, ...over }, { inputs, targets });
  return { spec, own: { ...table, inputs: to(inputs.flat()) } };
};

async function tableOf(text: string, choice: object = {}) {
  async function* once() {
    yield Buffer.from(text);
  }
  return (await readCsv(once(), choice)).table;
}

async function columns(
  own: StoredTable,
  { layers, ...rest }: { layers: unknown[]; training: object; preprocess?: object },
  held: Case['held'] = {},
): Promise<Case> {
  const infos = { ds_own: own.info, ds_validation: held.validation?.info, ds_test: held.test?.info };
  const { details, job } = await validateJob(
    { model: { layers }, dataset: 'ds_own', seed: 5, ...rest },
    async (id) => infos[id as keyof typeof infos] ?? null,
  );
  expect(details).toEqual([]);
  return { spec: { ...job!.spec, dataset: 'ds_own' }, own, held };
}

const COLOURS = ['red', 'green', 'blue'];
const line = (i: number, shift = 0) => {
  const colour = COLOURS[(i * 7 + shift) % 3]!;
  const x = i % 9 === 0 ? '' : Math.sin(i).toFixed(3);
  const day = `2024-0${(i % 9) + 1}-1${i % 10}`;
  return [colour, x, i % 11, day, i % 5 === 0 ? 'yes' : 'no'].join(',');
};
const HEADER = 'colour,x,n,day,flag';

const CASES: Record<string, () => Promise<Case>> = {
  'numbers of 32 bits, shuffled, the last batch short': () => arrays(301, {}),
  'numbers of 64 bits, in their order, the last batch dropped': () =>
    arrays(301, { shuffle: false, drop_last: true }, (values) => Float64Array.from(values)),
  'bytes that stay bytes, a test of strata': async () => {
    const side = 5;
    const inputs = Array.from({ length: 203 }, (_, i) =>
      Array.from({ length: side }, (_, j) =>
        Array.from({ length: 3 }, (_, k) => (i * 41 + j * 17 + k * 89) % 256),
      ),
    );
    const { spec, table } = await smallJob(
      {
        model: { layers: ['Flatten', { type: 'Linear', out_features: 2 }] },
        preprocess: 'scale',
        training: { test: { fraction: 0.2, stratify: true }, metrics: ['confusion_matrix'] },
      },
      { inputs, targets: inputs.map((_, i) => Number(i % 7 === 0)) },
    );
    const info = { ...table.info, input_dtype: 'uint8' as const };
    const { job } = await validateJob({ ...spec, preprocess: 'scale' }, async () => info);
    const own = { ...table, info, inputs: Uint8Array.from(table.inputs) };
    return { spec: { ...spec, ...job!.spec, dataset: 'ds_' }, own };
  },
  'standardised targets of two numbers, three batches an update': async () => {
    const { inputs } = points(250);
    const { spec, table } = await smallJob(
      {
        training: { loss: 'MSELoss', accumulate_steps: 3, metrics: ['r2', 'mae'], scheduler: null },
        preprocess: 'standardize',
      },
      { inputs, targets: inputs.map(([x, y]) => [100 * x! + 3, x! * y!]) },
    );
    return { spec, own: table };
  },
  'columns of all types with empty cells, held out by a column, classes weighed': async () => {
    const words = ['train', 'train', 'val', 'train', 'test'];
    const text = Array.from(
      { length: 300 },
      (_, i) => `${line(i)},${words[i % 5]},${i % 6 === 0 ? 'a' : 'b'}`,
    );
    const own = await tableOf(`${HEADER},part,kind\n${text.join('\n')}\n`, { target: 'kind', split: 'part' });
    return columns(own, {
      layers: [{ type: 'Linear', out_features: 4 }, 'Tanh', { type: 'Linear', out_features: 2 }],
      training: {
        loss: { type: 'CrossEntropyLoss', weight: 'balanced' },
        epochs: 2,
        batch_size: 8,
        validation: { by: 'column' },
        test: { by: 'column' },
      },
      preprocess: { columns: { x: { scale: 'quantile', missing: 'median', indicator: true }, n: 'robust' } },
    });
  },
  'a validation and a test of datasets of their own, whose classes stand in another order': async () => {
    const kinds = ['c', 'a', 'b'];
    const of = (count: number, shift: number) =>
      tableOf(
        `${HEADER},kind\n${Array.from({ length: count }, (_, i) => `${line(i, shift)},${kinds[(i + shift) % 3]}`).join('\n')}\n`,
        { target: 'kind' },
      );
    const held = { validation: await of(50, 1), test: await of(30, 2) };
    return columns(
      await of(200, 0),
      {
        layers: [{ type: 'Linear', out_features: 3 }],
        training: {
          loss: 'CrossEntropyLoss',
          epochs: 2,
          batch_size: 8,
          validation: { dataset: 'ds_validation' },
          test: { dataset: 'ds_test' },
        },
      },
      held,
    );
  },
};

describe('a streamed table gives the same bits as one in memory', () => {
  it.each(Object.entries(CASES))('%s', async (_, make) => {
    const given = await make();
    expect(await learned(given, true)).toEqual(await learned(given, false));
  });
});

it('resumes from a checkpoint within an epoch to the bits of an uninterrupted run in memory', async () => {
  const { spec, own } = await arrays(301, { accumulate_steps: 2, epochs: 3 });
  const unbroken = watching();
  const whole = await train(spec, own, unbroken, { backend: wasm });
  await using stored = await inFiles(own);
  using table = openTable(stored.files);
  const first = await train(spec, table, watching(12), WINDOW);
  expect(first.outcome).toBe('cancelled');
  expect(first.state.position).toBeGreaterThan(0);
  const rest = watching();
  const second = await train(spec, table, rest, { ...WINDOW, from: first.state });
  expect(rest.reports.at(-1)!.values).toEqual(unbroken.reports.at(-1)!.values);
  expect(Buffer.compare(second.model, whole.model)).toBe(0);
});

describe('a file', () => {
  it('that is truncated is reported by name, on opening and on reading', async () => {
    const { spec, own } = await arrays(301, {});
    await using stored = await inFiles(own);
    using table = openTable(stored.files);
    await truncate(stored.files.own, 4_000);
    await expect(train(spec, table, watching(), WINDOW)).rejects.toThrow(
      /^table\.safetensors ends at byte \d+, in row \d+: it was truncated$/,
    );
    expect(() => openTable(stored.files)).toThrow(
      /^table\.safetensors is not a stored table, or was truncated: /,
    );
  });

  it('that is truncated while being read fails the job, naming the missing row', async () => {
    const { spec, own } = await arrays(301, { epochs: 50 });
    await using stored = await inFiles(own);
    using table = openTable(stored.files);
    const hooks = {
      ...watching(),
      async onEpoch() {
        await truncate(stored.files.own, 4_000);
      },
    };
    await expect(train(spec, table, hooks, WINDOW)).rejects.toThrow(
      /is not a stored|in row \d+: it was truncated$/,
    );
  });

  it('that is missing is reported by name', () => {
    expect(() => openTable({ own: '/nowhere/table.safetensors', held: {} })).toThrow(
      /no such file.*table\.safetensors/,
    );
  });
});
