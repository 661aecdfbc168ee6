import { describe, expect, it } from 'vitest';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { joinTables } from '#training/data/rows/join.ts';
import type { StoredTable } from '#training/data/table.ts';
import { validateJob } from '#training/job/validate.ts';
import { fit as train } from '#training/run/fit.ts';
import { points, smallJob, watching } from '../job.ts';

const still = { optimizer: { type: 'SGD', lr: 0 }, epochs: 1, validation_split: 0 };
const csvOf = (text: string, choice: object = {}) => readCsv(one(text), choice);
async function* one(text: string) {
  yield Buffer.from(text);
}

/** Validates a job over datasets by id; `own` is the job's dataset. */
async function valid(training: object, tables: Record<string, DatasetInfo>, outputs = 2) {
  return validateJob(
    {
      model: {
        input: { shape: tables.own!.input_shape },
        layers: [{ type: 'Linear', out_features: outputs }],
      },
      dataset: 'own',
      training: { loss: 'CrossEntropyLoss', ...training },
    },
    async (id) => tables[id] ?? null,
  );
}
const problems = async (training: object, tables: Record<string, DatasetInfo>) =>
  (await valid(training, tables)).details.map(({ param, message }) => `${param}: ${message}`);

async function run(training: object, data = points(90)) {
  const { spec, table } = await smallJob({ training: { ...still, ...training } }, data);
  const hooks = watching();
  const result = await train(spec, table, hooks, { backend: wasm });
  return { ...result, values: hooks.reports.at(-1)!.values, spec };
}

describe('a test split', () => {
  it('is measured once, at the end, on exactly the held-out rows', async () => {
    const data = points(90);
    const { values, test } = await run({ test: { fraction: 0.2, by: 'last' } }, data);
    expect(Object.keys(values)).toEqual(['train_loss', 'train_accuracy']);
    // Trained on the same rows alone; the seed gives the same weights, and lr 0 keeps them.
    const alone = await run({}, { inputs: data.inputs.slice(72), targets: data.targets.slice(72) });
    expect(test).toMatchObject({ epoch: 1, samples: 18 });
    expect(test!.values.test_loss).toBeCloseTo(alone.values.train_loss!, 6);
    expect(test!.values.test_accuracy).toBeCloseTo(alone.values.train_accuracy!, 12);
  });

  it('is measured with the final weights, or with those of the best epoch if they are restored', async () => {
    const training = {
      epochs: 12,
      optimizer: { type: 'SGD', lr: 2 },
      early_stopping: { patience: 12, monitor: 'val_loss' },
      validation: { fraction: 0.2 },
    };
    const { test, state, spec } = await run({ ...training, test: { fraction: 0.3 } });
    expect(spec.training.validation).toEqual({ fraction: 0.2, by: 'random', stratify: true });
    expect(test!.epoch).toBe(state.best!.epoch);
    expect(state.best!.epoch).toBeLessThan(12);
  });

  it('trains identically however the same rows are held out', async () => {
    const one = await run({ epochs: 3, validation: { fraction: 0.3, stratify: false } });
    const two = await run({ epochs: 3, validation_split: 0.3 });
    expect(Buffer.compare(one.model, two.model)).toBe(0);
  });

  it('ends the job as cancelled if cancelled during the test', async () => {
    const { spec, table } = await smallJob({ training: { ...still, test: { fraction: 0.9 } } });
    const hooks = { ...watching(), asked: 0, shouldStop: () => (hooks.asked++ > 0 ? 'cancel' : null) };
    const { outcome, test } = await train(spec, table, hooks as never, { backend: wasm });
    expect([outcome, test]).toEqual(['cancelled', undefined]);
  });

  it('by last holds out the end of a series even with shuffle', async () => {
    const { spec } = await run({ shuffle: true, validation: { fraction: 0.2, by: 'last' } });
    expect(spec.training).toMatchObject({
      shuffle: true,
      validation: { fraction: 0.2, by: 'last', stratify: false },
    });
  });
});

describe('a held-out dataset', () => {
  const rows = (labels: string[]) =>
    `a,b,kind\n${labels.map((label, i) => `${i},${i % 3},${label}`).join('\n')}\n`;
  const tableOf = async (labels: string[]) => (await csvOf(rows(labels))).table;

  it("is mapped to the class indices of the job's own dataset", async () => {
    const own = await tableOf(['x', 'y', 'z', 'x', 'y', 'z']);
    const other = await tableOf(['z', 'y', 'z']);
    expect([...other.targets]).toEqual([1, 0, 1]);
    const joined = joinTables(own, { test: other });
    expect([...joined.targets]).toEqual([0, 1, 2, 0, 1, 2, 2, 1, 2]);
    expect(joined.info).toMatchObject({ samples: 9, added: { validation: 0, test: 3 } });
    const { job } = await valid(
      { test: { dataset: 'other' }, epochs: 1 },
      { own: own.info, other: other.info },
      3,
    );
    expect(job!.spec.training.test).toEqual({ dataset: 'other' });
    expect(job!.info.samples).toBe(9);
    const { test } = await train({ ...job!.spec, dataset: 'own' }, joined, watching(), { backend: wasm });
    expect(test!.samples).toBe(3);
  });

  it('used for validation gives the same result as the same rows by last', async () => {
    const data = points(60);
    const { table: whole, spec } = await smallJob(
      { training: { epochs: 2, validation_split: 0, validation: { fraction: 0.25, by: 'last' } } },
      data,
    );
    const part = (from: number, to: number): StoredTable => ({
      info: { ...whole.info, samples: to - from },
      inputs: whole.inputs.slice(2 * from, 2 * to),
      targets: whole.targets.slice(from, to),
    });
    const joined = joinTables(part(0, 45), { validation: part(45, 60) });
    const [a, b] = [watching(), watching()];
    const one = await train(spec, whole, a, { backend: wasm });
    const held = { ...spec, training: { ...spec.training, validation: { dataset: 'other' } } };
    const two = await train(held, joined, b, { backend: wasm });
    expect(b.reports.map(({ values }) => values)).toEqual(a.reports.map(({ values }) => values));
    expect(Buffer.compare(two.model, one.model)).toBe(0);
  });

  it('is rejected if it does not match, with every difference', async () => {
    const own = (await tableOf(['x', 'y'])).info;
    const held = (other: DatasetInfo) => problems({ validation: { dataset: 'other' } }, { own, other });
    expect(await held((await tableOf(['x', 'w'])).info)).toEqual([
      'training.validation.dataset: has classes that the job\'s dataset does not have: "w"',
    ]);
    expect(await held((await csvOf('a,c,kind\n1,2,x\n2,1,y\n')).info)).toEqual([
      'training.validation.dataset: lacks columns of the job\'s dataset: "b"',
      'training.validation.dataset: has columns that the job\'s dataset does not have: "c"',
    ]);
    expect(await held((await csvOf('b,a,kind\n1,2,x\n2,1,y\n')).info)).toEqual([
      expect.stringContaining('has the columns in a different order; the job\'s dataset has "a", "b"'),
    ]);
    expect(await held((await csvOf('a,b,kind\n1,2,3\n')).info)).toEqual([
      "training.validation.dataset: its targets are numbers, those of the job's dataset text",
    ]);
    expect(await problems({ validation: { dataset: 'own' }, test: { dataset: 'gone' } }, { own })).toEqual([
      "training.validation.dataset: is the job's own dataset: training samples cannot be held out",
      'training.test.dataset: there is no dataset "gone"',
    ]);
  });
});

describe('a split column', () => {
  const CSV = 'a,for,kind\n1,train,x\n2,val,y\n3,test,x\n4,TRAIN,y\n5,training,x\n6,,y\n';

  it('is not a feature, and marks the rows to hold out for validation and test', async () => {
    const { table } = await csvOf(CSV.replace('6,,y', '6,dev,y'), { split: 'for' });
    expect(table.info).toMatchObject({
      features: ['a'],
      split: { column: 'for', train: 3, validation: 2, test: 1 },
    });
    expect([...table.marks!]).toEqual([0, 1, 2, 0, 0, 1]);
    const { job } = await valid({ validation: { by: 'column' } }, { own: table.info });
    const marked = { by: 'column', column: 'for' };
    expect(job!.spec.training).toMatchObject({ validation: marked, test: marked });
    const { test } = await train({ ...job!.spec, dataset: 'own' }, table, watching(), { backend: wasm });
    expect(test!.samples).toBe(1);
  });

  it('is used unless the job specifies a split', async () => {
    const { info } = (await csvOf(CSV.replace('6,,y', '6,dev,y'), { split: 'for' })).table;
    const marked = { by: 'column', column: 'for' };
    const { job: silent } = await valid({}, { own: info });
    expect(silent!.spec.training).toMatchObject({ validation: marked, test: marked });
    const { job: other } = await valid({ validation_split: 0.5 }, { own: info });
    expect(other!.spec.training).toMatchObject({ validation_split: 0.5, validation: null, test: marked });
  });

  it('may hold booleans that mark held-out rows', async () => {
    const { table } = await csvOf('a,kind,held\n1,x,False\n2,y,True\n3,x,0\n4,y,1\n', { split: 'held' });
    expect(table.info.target.name).toBe('kind');
    expect([...table.marks!]).toEqual([0, 1, 0, 1]);
  });

  it('is rejected if it has other values, or also serves as target or feature', async () => {
    const refused = (text: string, choice: object) => csvOf(text, choice).then(() => 'taken', String);
    expect(await refused(CSV, { split: 'for' })).toMatch(/row 7, column "for": .*the cell is empty/);
    expect(await refused(CSV, { split: 'four' })).toMatch(/there is no column "four"; did you mean "for"/);
    expect(await refused(CSV, { split: 'for', target: 'for' })).toMatch(/"for" is the target/);
    expect(await refused(CSV, { split: 'for', features: 'a,for' })).toMatch(/"for" is the split column/);
  });

  it('must exist, and mark at least one row', async () => {
    const { info } = (await csvOf('a,for,kind\n1,train,x\n2,test,y\n', { split: 'for' })).table;
    expect(await problems({ validation: { by: 'column' } }, { own: info })).toEqual([
      'training.validation.by: the column "for" marks no sample for validation',
    ]);
    expect(await problems({ test: { column: 'of' } }, { own: info })).toEqual([
      'training.test.column: the split column of the dataset is "for"',
    ]);
    const plain = (await csvOf('a,kind\n1,x\n2,y\n')).table.info;
    expect(await problems({ test: { by: 'column' } }, { own: plain })).toEqual([
      'training.test.by: the dataset has no split column; name one at upload with -F split=NAME',
    ]);
  });
});

it('accepts a bare fraction or dataset id as a short form', async () => {
  const { table } = await smallJob({}, points(30));
  const infos = { own: table.info, other: table.info };
  const { job } = await valid({ validation: 0.2, test: 'other' }, infos);
  expect(job!.spec.training).toMatchObject({
    validation: { fraction: 0.2, by: 'random', stratify: true },
    test: { dataset: 'other' },
  });
  expect(job!.interpreted).toEqual([
    { param: 'training.validation', from: 0.2, to: { fraction: 0.2 } },
    { param: 'training.test', from: 'other', to: { dataset: 'other' } },
  ]);
  expect(await problems({ validation: 2 }, infos)).toEqual(['training.validation: must be below 1']);
  expect(await problems({ test: 'gone' }, infos)).toEqual(['training.test: there is no dataset "gone"']);
});

describe('rejects an inconsistent split by its key', () => {
  it.each([
    [
      { validation: {} },
      ['training.validation: how many? {"fraction": 0.2}, {"by": "column"} or {"dataset": "ds_…"}'],
    ],
    [{ validation: { fraction: 1 } }, ['training.validation.fraction: must be below 1']],
    [
      { validation: { dataset: 'ds', fraction: 0.1 }, test: { by: 'column', stratify: true } },
      [
        'training.validation.fraction: cannot be combined with a separate dataset',
        'training.test.stratify: cannot be combined with a column',
      ],
    ],
    [
      { validation: { fraction: 0.2, by: 'last', stratify: true } },
      ['training.validation.stratify: the last samples cannot be stratified; use "by": "random"'],
    ],
    [
      { validation: { fraction: 0.2 }, validation_split: 0.1 },
      ['training.validation_split: is a shorthand for validation: use only one of the two'],
    ],
    [
      { validation: { fraction: 0.6 }, test: { fraction: 0.4 } },
      ['training: 18 samples for validation and 12 for the test leave none for training'],
    ],
    [{ test: { fraction: 0.01 } }, ['training.test.fraction: 0.01 of 30 samples holds out none']],
    [
      { validation: { share: 0.2 } },
      [expect.stringContaining('training.validation.share: unknown key "share"')],
    ],
  ])('%j', async (training, expected) => {
    const { table } = await smallJob({}, points(30));
    expect(await problems(training, { own: table.info })).toEqual(expected);
  });

  it('stratification of numbers', async () => {
    const { table } = await smallJob({
      training: { loss: 'MSELoss' },
      model: { layers: [{ type: 'Linear', out_features: 1 }] },
    });
    const { details } = await valid(
      { loss: 'MSELoss', validation: { fraction: 0.2, stratify: true } },
      { own: table.info },
      1,
    );
    expect(details.map(({ param }) => param)).toEqual(['training.validation.stratify']);
  });
});
