import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Problem } from '#contracts/errors.ts';
import type { ColumnChoice } from '#training/data/columns/columns.ts';
import { rawOfCell, rawOfValue } from '#training/data/columns/raw.ts';
import { TypedColumns } from '#training/data/columns/typed-columns.ts';
import { fitPlan, planOf } from '#training/data/encoders/plan.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { tableInMemory } from '#training/data/rows/job-table.ts';
import { flattenRecords } from '#training/data/rows/records.ts';
import { decodeTable, encodeTable } from '#training/data/table.ts';
import { applyTransform } from '#training/data/transform.ts';
import { validateJob } from '#training/job/validate.ts';
import { readCsvRows } from '#training/predict/csv-rows.ts';
import { loadPredictor, type Predictor } from '#training/predict.ts';
import { fit as train } from '#training/run/fit.ts';
import { watching } from '../job.ts';

const read = (text: string, choice: ColumnChoice = {}) =>
  readCsv(Readable.from([Buffer.from(text)]), { types: 'auto', ...choice });

async function refused(text: string, choice: ColumnChoice = {}): Promise<[string, string][]> {
  const error = await read(text, choice).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Problem);
  return (error as Problem).details.map(({ param, message }) => [param, message]);
}

const BIRDS = 'island,mass,sex,kind\nDream,1,m,a\nBiscoe,,f,b\nDream,5,,a\nDream,3,f,b\n';

describe('columns with inferred types', () => {
  it('become numbers with gaps and one input per category, the empty cell being a category', async () => {
    const { info, table } = await read(BIRDS);
    expect(info.columns).toEqual([
      { name: 'island', type: 'category', missing: 0, categories: ['Biscoe', 'Dream'] },
      { name: 'mass', type: 'number', missing: 1 },
      { name: 'sex', type: 'category', missing: 1, categories: ['', 'f', 'm'] },
    ]);
    expect(info.features).toEqual(['island=Biscoe', 'island=Dream', 'mass', 'sex=', 'sex=f', 'sex=m']);
    expect(info.input_shape).toEqual([6]);
    expect(info.input_range).toEqual({ min: 0, max: 5, integral: false });
    // Raw values: category index, number, category index.
    const hole = Number.NaN;
    expect([...table.inputs]).toEqual([...[1, 1, 2], ...[0, hole, 1], ...[1, 5, 0], ...[1, 3, 1]]);
    expect(decodeTable(encodeTable(table))).toEqual(table);
  });

  it('give the same table as without types if every cell is a number', async () => {
    const text = 'a,b,y\n1,2,3\n4,5.5,6\n';
    const [typed, plain] = [await read(text), await readCsv(Readable.from([Buffer.from(text)]), {})];
    expect(typed.table.inputs).toEqual(plain.table.inputs);
    expect(typed.info.features).toEqual(plain.info.features);
    expect(plain.info.columns).toBeUndefined();
  });

  it('leave out text that differs from row to row, and report it', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${i},name ${i},${i % 2}`);
    const { info } = await read(`x,name,y\n${rows.join('\n')}\n`);
    expect(info.features).toEqual(['x']);
    expect(info.columns![1]).toEqual({ name: 'name', type: 'ignore', missing: 0 });
    expect(info.warnings).toMatchObject([{ code: 'column_ignored', param: 'types.name' }]);
  });

  it('take NA as missing among numbers, and as text among texts', async () => {
    const { info } = await read('a,b,y\n1,NA,0\nNA,x,1\n');
    expect(info.columns).toEqual([
      { name: 'a', type: 'number', missing: 1 },
      { name: 'b', type: 'category', missing: 0, categories: ['NA', 'x'] },
    ]);
  });

  it('reject text among numbers, by row and column', async () => {
    expect(await refused('a,y\n1,0\noops,1\n3,1\n')).toEqual([
      ['rows[3].a', 'row 3, column "a": "oops" is not a number'],
    ]);
  });
});

describe('a table without declared types', () => {
  it('gets inferred types for text, gaps, booleans and dates', async () => {
    const rows = [
      '1,red,yes,2024-01-01,a',
      ',blue,no,2024-03-05,b',
      '3,red,Yes,2025-02-03 12:30,a',
      '4,red,,,b',
    ];
    const { info, table } = await read(`n,colour,ok,day,kind\n${rows.join('\n')}\n`, { types: undefined });
    expect(info.columns).toEqual([
      { name: 'n', type: 'number', missing: 1 },
      { name: 'colour', type: 'category', missing: 0, categories: ['blue', 'red'] },
      { name: 'ok', type: 'boolean', missing: 1, categories: ['no', 'yes'] },
      { name: 'day', type: 'datetime', missing: 1, parts: ['year', 'month', 'weekday', 'hour'] },
    ]);
    expect(info.features).toEqual([
      ...['n', 'colour=blue', 'colour=red', 'ok', 'day.year'],
      ...['month', 'weekday', 'hour'].flatMap((part) => [`day.${part}_sin`, `day.${part}_cos`]),
    ]);
    const seconds = (text: string) => Date.parse(text) / 1000;
    const hole = Number.NaN;
    expect([...table.inputs]).toEqual([
      ...[1, 1, 1, seconds('2024-01-01')],
      ...[hole, 0, 0, seconds('2024-03-05')],
      ...[3, 1, 1, seconds('2025-02-03T12:30Z')],
      ...[4, 1, hole, hole],
    ]);
    expect(decodeTable(encodeTable(table))).toEqual(table);
  });

  it('reports no columns if every cell is a number', async () => {
    expect((await read('a,b,y\n1,2,3\n', { types: undefined })).info.columns).toBeUndefined();
  });

  it('keeps an empty cell and NA among numbers as missing, even before the first number', async () => {
    const { info, table } = await read('x,y\nNA,0\n,1\n?,1\n5,0\nnan,1\n', { types: undefined });
    expect(info.columns).toEqual([{ name: 'x', type: 'number', missing: 4 }]);
    expect([...table.inputs]).toEqual([Number.NaN, Number.NaN, Number.NaN, 5, Number.NaN]);
  });
});

describe('columns with declared types', () => {
  it('may be categories of numbers, or ignored', async () => {
    const { info, table } = await read('zip,x,id,y\n10,1,7,0\n20,2,8,1\n10,3,9,1\n', {
      types: '{"zip": "category", "id": "ignore"}',
    });
    expect(info.features).toEqual(['zip=10', 'zip=20', 'x']);
    expect([...table.inputs]).toEqual([0, 1, 1, 2, 0, 3]);
    expect(info.warnings).toBeUndefined();
  });

  it.each([
    ['no JSON', 'number', 'types', /expected auto, or a JSON object/],
    ['an unknown column', '{"iland": "category"}', 'types.iland', /did you mean "island"/],
    [
      'an unknown type',
      '{"island": "colour"}',
      'types.island',
      /auto, number, boolean, category, datetime, text, ignore/,
    ],
    ['a number where there are texts', '{"island": "number"}', 'rows[2].island', /"Dream" is not a number/],
    ['nothing to learn from', '{"island": "ignore", "mass": "ignore", "sex": "ignore"}', 'types', /is left/],
  ])('are rejected with %s', async (_, types, param, message) => {
    const [first] = await refused(BIRDS, { types });
    expect(first).toEqual([param, expect.stringMatching(message)]);
  });

  it('are rejected as categories if there are too many', async () => {
    const rows = Array.from({ length: 1_001 }, (_, i) => `n${i},${i % 2}`);
    const [first] = await refused(`name,y\n${rows.join('\n')}\n`, { types: '{"name": "category"}' });
    expect(first).toEqual(['types.name', expect.stringMatching(/more than 1000 different texts/)]);
  });
});

describe('a missing number', () => {
  it('becomes the mean of the training rows, while the 0 and 1 of categories stay unchanged', async () => {
    const { info, table } = await read(BIRDS);
    const plan = planOf(info, { inputs: 'standardize', target: 'none' })!;
    const encoders = fitPlan(plan, tableInMemory(table).inputs, Int32Array.of(0, 1, 2));
    // By hand: mass 1, (3), 5 has the mean 3 and the deviation √(8/3).
    expect(encoders[1]).toMatchObject({ fill: 3, center: 3, scale: Math.sqrt(8 / 3) });
    const seen = applyTransform({ kind: 'columns', encoders }, table.inputs, 6);
    const scaled = (x: number) => Math.fround((x - 3) / Math.sqrt(8 / 3));
    expect([...seen]).toEqual([
      ...[0, 1, scaled(1), 0, 0, 1],
      ...[1, 0, 0, 0, 1, 0],
      ...[0, 1, scaled(5), 1, 0, 0],
      ...[0, 1, 0, 0, 1, 0],
    ]);
  });
});

describe('predict', () => {
  const blocks = async (predictor: Predictor, csv: string) => {
    const all = [];
    for await (const block of readCsvRows([Buffer.from(csv)], predictor.wanted)) all.push(...block);
    return all;
  };

  it('takes the rows of the file as records or as CSV, and names what it does not know', async () => {
    const { info, table } = await read(BIRDS);
    const takes = info.columns!.map(() => ({ missing: true, unknown: false }));
    const wanted = { features: info.features, columns: info.columns, takes, target: 'kind' };
    const records = [
      { sex: 'm', mass: 1, island: 'Dream' },
      { sex: 'f', mass: null, island: 'Biscoe', kind: 'b' },
      { sex: null, mass: 5, island: 'Dream' },
      { sex: 'f', mass: 3, island: 'Dream' },
    ];
    const { values, details } = flattenRecords(records, wanted);
    expect(details).toEqual([]);
    expect(values).toEqual(table.inputs);
    const wrong = [
      { sex: 'x', mass: '1', island: 'Dream' },
      { sex: 'm', mass: 1, island: null },
      { sex: [], mass: 1, iland: 'Dream' },
    ];
    expect(flattenRecords(wrong, wanted).details.map(({ param, code }) => [param, code])).toEqual([
      ['records[0].mass', 'not_a_number'],
      ['records[0].sex', 'unknown_category'],
      ['records[1].island', 'unknown_category'],
      ['records[2].island', 'missing'],
      ['records[2].sex', 'unknown_category'],
      ['records[2].iland', 'unknown_column'],
    ]);
  });

  it('refuses an empty cell where the dataset had none', async () => {
    const [island, mass] = (await read(BIRDS)).info.columns!;
    const [takes, takesNot] = [
      { missing: true, unknown: false },
      { missing: false, unknown: false },
    ];
    expect(rawOfCell(mass!, '', takes)).toBeNaN();
    expect(rawOfCell(mass!, '', takesNot)).toMatch(/had no empty cells/);
    expect(rawOfValue(mass!, null, takesNot)).toMatch(/had no empty cells/);
    expect(rawOfCell(island!, 'Drem', takes)).toMatch(/did you mean "Dream"/);
  });

  it('of a trained model answers records, and the training file itself, alike', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => {
      const colour = ['red', 'green', 'blue'][i % 3]!;
      return `${colour},${i % 7 === 0 ? '' : i % 5},id ${i},${colour === 'red' ? 'warm' : 'cold'}`;
    });
    const csv = `colour,x,id,kind\n${rows.join('\n')}\n`;
    const { info, table } = await read(csv);
    expect(info.input_shape).toEqual([4]);
    const body = {
      model: { input: { shape: [4] }, layers: [{ type: 'Linear', out_features: 2 }] },
      dataset: 'ds_',
      training: {
        loss: 'CrossEntropyLoss',
        optimizer: { type: 'Adam', lr: 0.1 },
        epochs: 15,
        batch_size: 16,
      },
    };
    const { details, job } = await validateJob(body, async () => info);
    expect(details).toEqual([]);
    const result = await train({ ...job!.spec, dataset: 'ds_' }, table, watching());
    const predictor = await loadPredictor(result.model);
    const records = [
      { colour: 'red', x: null, id: 'unseen' },
      { colour: 'green', x: 2 },
      { colour: 'blue', x: 4 },
    ];
    const predictions = await predictor.predict({ records });
    expect(predictions).toMatchObject([{ label: 'warm' }, { label: 'cold' }, { label: 'cold' }]);
    expect(await blocks(predictor, csv)).toEqual([...table.inputs]);
    await expect(blocks(predictor, 'x,colour\n1,pink\n')).rejects.toThrow(/row 2, column "colour": "pink"/);
    predictor.dispose();
  });
});

describe('the docs', () => {
  it('show the words that are taken', () => {
    const page = readFileSync(new URL('../../../docs/data.md', import.meta.url), 'utf8');
    for (const type of ['number', 'category', 'ignore', 'auto']) expect(page).toContain(`\`${type}\``);
  });
});

it('a table of more cells than the limit is refused in the row that reaches it, before they are held', () => {
  const places: number[] = [];
  places.length = 2 ** 28 + 1;
  expect(() => new TypedColumns([]).push([], places, 2)).toThrow(
    'more than 268435456 cells in 268435457 columns, the limit, are reached in row 2',
  );
});
