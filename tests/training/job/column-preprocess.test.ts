import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { ColumnChoice } from '#training/data/columns/columns.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { joinTables } from '#training/data/rows/join.ts';
import { evaluateModel } from '#training/evaluate/evaluate.ts';
import { validateJob } from '#training/job/validate.ts';
import { loadPredictor } from '#training/predict.ts';
import { fit as train } from '#training/run/fit.ts';
import { watching } from '../job.ts';

const read = (text: string, choice: ColumnChoice = {}) => readCsv(Readable.from([Buffer.from(text)]), choice);

const COLOURS = ['red', 'green', 'blue'];
const rows = Array.from({ length: 90 }, (_, i) => {
  const colour = COLOURS[i % 3]!;
  return `${colour},${i % 7 === 0 ? '' : (i % 5) + 1},2024-01-${String((i % 28) + 1).padStart(2, '0')},${colour === 'red' ? 'warm' : 'cold'}`;
});
const TABLE = `colour,x,day,kind\n${rows.join('\n')}\n`;

const job = (preprocess?: unknown, training = {}) => ({
  model: { layers: [{ type: 'Linear', out_features: 2 }] },
  dataset: 'ds_own',
  training: {
    loss: 'CrossEntropyLoss',
    optimizer: { type: 'Adam', lr: 0.1 },
    epochs: 20,
    batch_size: 16,
    ...training,
  },
  ...(preprocess === undefined ? {} : { preprocess }),
});
const check = (body: unknown, info: DatasetInfo, others: Record<string, DatasetInfo> = {}) =>
  validateJob(body, async (id) => others[id] ?? info);

describe('a job with preprocessing per column', () => {
  it('is returned with every default, and with the resulting input width', async () => {
    const { info } = await read(TABLE);
    const columns = { colour: { encode: 'hash', buckets: 5 }, x: { missing: 'median', indicator: true } };
    const { details, job: valid } = await check(job({ columns }), info);
    expect(details).toEqual([]);
    expect(valid!.spec.model.input.shape).toEqual([5 + 2 + 3]);
    expect(valid!.spec.preprocess).toEqual({
      inputs: 'standardize',
      target: 'none',
      columns: {
        colour: {
          encode: 'hash',
          buckets: 5,
          max_categories: null,
          min_count: 1,
          unknown: 'refuse',
          missing: 'category',
        },
        x: { scale: 'standardize', clip: null, missing: 'median', indicator: true },
        day: { scale: 'standardize', clip: null, missing: 'mean', indicator: false },
      },
    });
    // The returned form can be submitted again.
    const again = await check(job(valid!.spec.preprocess), info);
    expect(again.job!.spec).toEqual(valid!.spec);
  });

  it('may use the short form, even for a table of numbers', async () => {
    const { info } = await read('a,b,y\n1,2,0\n3,4,1\n5,6,0\n');
    const { job: valid } = await check(job({ columns: { a: 'robust' } }), info);
    expect(valid!.spec.preprocess).toMatchObject({
      columns: { a: { scale: 'robust' }, b: { scale: 'standardize' } },
    });
  });

  it.each([
    ['an unknown column', { clour: 'hash' }, 'preprocess.columns.clour', /did you mean "colour"/],
    ['the target', { kind: 'one_hot' }, 'preprocess.columns.kind', /no feature of that name/],
    ['an encoding of numbers', { x: 'one_hot' }, 'preprocess.columns.x', /of type number takes standardize/],
    [
      'a scale of categories',
      { colour: 'robust' },
      'preprocess.columns.colour',
      /of type category takes one_hot/,
    ],
    ['an unknown key', { x: { scal: 'log' } }, 'preprocess.columns.x.scal', /"scale"/],
    ['a share that is none', { x: { clip: 0.7 } }, 'preprocess.columns.x.clip', /a fraction of the rows/],
    ['bounds in the wrong order', { x: { clip: [2, 1] } }, 'preprocess.columns.x.clip', /lowest comes first/],
    ['no object', 'robust', 'preprocess.columns', /must be an object/],
  ])('is rejected by path for %s', async (_, columns, param, message) => {
    const { info } = await read(TABLE);
    const { details } = await check(job({ columns }), info);
    expect(details).toEqual([{ param, code: expect.any(String), message: expect.stringMatching(message) }]);
  });

  it('is rejected for arrays', async () => {
    const body = { ...job({ columns: { a: 'robust' } }), dataset: { inputs: [[1], [2]], targets: [0, 1] } };
    const { details } = await validateJob(body, async () => null);
    expect(details).toMatchObject([{ param: 'preprocess.columns', code: 'no_columns' }]);
  });
});

describe('a model trained with it', () => {
  const trained = async (columns: object) => {
    const { info, table } = await read(TABLE);
    const { details, job: valid } = await check(job({ columns }), info);
    expect(details).toEqual([]);
    const result = await train({ ...valid!.spec, dataset: 'ds_own' }, table, watching());
    return { predictor: await loadPredictor(result.model), table };
  };

  it('takes the same records, unseen categories, and dates in their written form', async () => {
    const { predictor, table } = await trained({ colour: { unknown: 'other' }, x: { indicator: true } });
    const records = [
      { colour: 'red', x: null, day: '2024-01-05' },
      { colour: 'violet', x: 2, day: '2024-01-05T12:00Z' },
      { colour: 'blue', x: 4, day: '2024-01-28' },
    ];
    expect(await predictor.predict({ records })).toMatchObject([
      { label: 'warm' },
      { label: expect.any(String) },
      { label: 'cold' },
    ]);
    const { confusion_matrix } = await evaluateModel(predictor, table);
    expect(confusion_matrix).toEqual([
      [60, 0],
      [0, 30],
    ]);
    predictor.dispose();
  });

  it('names the bad column of a bad record, and rejects arrays', async () => {
    const { predictor } = await trained({});
    const good = { colour: 'red', x: 1, day: '2024-01-05' };
    const records = [good, { ...good, colour: 'violet' }, { ...good, day: 'soon' }, { ...good, x: '1' }];
    const error = await predictor.predict({ records }).catch((error: unknown) => error);
    expect(error).toMatchObject({
      details: [
        { param: 'records[1].colour', code: 'unknown_category' },
        { param: 'records[2].day', code: 'not_a_datetime' },
        { param: 'records[3].x', code: 'not_a_number' },
      ],
    });
    await expect(predictor.predict({ inputs: [[0, 1, 2]] })).rejects.toThrow(/send records/);
    predictor.dispose();
  });

  it('can be evaluated on a dataset whose categories have other indices', async () => {
    const { predictor } = await trained({ colour: { unknown: 'other' } });
    const other = await read(
      'kind,day,x,colour\ncold,2024-01-02,1,blue\nwarm,2024-01-03,2,red\ncold,2024-01-03,2,yellow\n',
      {
        target: 'kind',
        types: '{"day": "datetime"}',
      },
    );
    const { confusion_matrix, samples } = await evaluateModel(predictor, other.table);
    expect(samples).toBe(3);
    expect(confusion_matrix![1]).toEqual([0, 1]);
    predictor.dispose();
  });
});

describe('a separate held-out dataset', () => {
  const held = 'colour,x,day,kind\nred,1,2024-01-01,warm\nblack,2,2024-01-02,cold\n';

  it('is rejected for categories missing from the training dataset, unless unknown ones are enabled', async () => {
    const [own, other] = [await read(TABLE), await read(held)];
    const training = { test: { dataset: 'ds_held' } };
    const refused = await check(job(undefined, training), own.info, { ds_held: other.info });
    expect(refused.details).toMatchObject([
      { param: 'training.test.dataset', message: expect.stringContaining('column "colour" has categories') },
    ]);
    const columns = { colour: { unknown: 'other' } };
    const taken = await check(job({ columns }, training), own.info, { ds_held: other.info });
    expect(taken.details).toEqual([]);
    const joined = joinTables(own.table, { test: other.table });
    const [black, red] = [joined.inputs[91 * 3]!, joined.inputs[90 * 3]!];
    expect(black).toBeLessThan(0);
    expect(own.info.columns![0]!.categories![red]).toBe('red');
    const result = await train({ ...taken.job!.spec, dataset: 'ds_own' }, joined, watching());
    expect(result.test?.samples).toBe(2);
  });
});
