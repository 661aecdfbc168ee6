import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ColumnChoice } from '#training/data/columns/columns.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { validateJob } from '#training/job/validate.ts';
import { loadPredictor } from '#training/predict.ts';
import { fit as train } from '#training/run/fit.ts';
import { watching } from '../job.ts';

const read = (text: string, choice: ColumnChoice) => readCsv(Readable.from([Buffer.from(text)]), choice);
const problems = (text: string, choice: ColumnChoice) =>
  read(text, choice).then(
    () => [],
    (error) =>
      error.details.map(({ param, message }: { param: string; message: string }) => `${param}: ${message}`),
  );

async function learned(text: string, choice: ColumnChoice, training: object, outputs: number) {
  const { table, info } = await read(text, choice);
  const { details, job } = await validateJob(
    {
      model: { layers: [{ type: 'Linear', out_features: outputs }] },
      dataset: 'ds_',
      training: { optimizer: { type: 'Adam', lr: 0.05 }, epochs: 60, batch_size: 16, ...training },
    },
    async () => info,
  );
  expect(details).toEqual([]);
  const result = await train({ ...job!.spec, dataset: 'ds_' }, table, watching());
  return { predictor: await loadPredictor(result.model), info };
}

describe('several targets', () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 10},${3 * (i % 10) + 1000},${-0.001 * (i % 10)}`);
  const NUMBERS = `x,large,small\n${rows.join('\n')}\n`;

  it('are each trained on their own scale, and predicted by name', async () => {
    const { predictor, info } = await learned(NUMBERS, { target: 'large,small' }, { loss: 'MSELoss' }, 2);
    expect(info.features).toEqual(['x']);
    expect(info.target).toMatchObject({
      name: 'large, small',
      columns: ['large', 'small'],
      shape: [2],
      min: expect.closeTo(-0.009, 9),
      max: 1027,
    });
    const [prediction] = await predictor.predict({ records: [{ x: 4, large: 0 }] });
    expect(prediction!.values!.large).toBeCloseTo(1012, 0);
    expect(prediction!.values!.small).toBeCloseTo(-0.004, 3);
    expect(prediction!.output).toEqual(Object.values(prediction!.values!));
  });

  it('may be binary', async () => {
    const text = `x,up,down\n${Array.from({ length: 40 }, (_, i) => `${i % 8},${i % 8 > 3 ? 'yes' : 'no'},${i % 8 > 3 ? 'no' : 'yes'}`).join('\n')}\n`;
    const { predictor } = await learned(text, { target: 'up,down' }, { loss: 'BCEWithLogitsLoss' }, 2);
    const [low, high] = await predictor.predict({ records: [{ x: 0 }, { x: 7 }] });
    expect(low!.labels).toEqual(['down']);
    expect(high!.labels).toEqual(['up']);
    expect(high!.values!.up).toBeGreaterThan(0.9);
  });

  it('are named in errors about them', async () => {
    expect(await problems('x,a,b\n1,2,\n1,red,2\n', { target: 'a,b' })).toEqual([
      'rows[2].b: row 2, column "b": the cell is empty',
      'rows[3].a: row 3, column "a": "red" is neither a number nor a boolean, which each of several targets must be',
    ]);
    expect(await problems('x,a\n1,2\n', { target: 'a,bb' })).toEqual([
      expect.stringMatching(/^target: there is no column "bb"/),
    ]);
    expect(await problems('x,a\n1,2\n', { target: 'a,a' })).toEqual(['target: "a" is named twice']);
    expect(await problems('x,a,b\n1,2,3\n', { target: 'a,b', features: 'x,b' })).toEqual([
      'features[1]: "b" is the target: it cannot also be a feature',
    ]);
    expect((await read('x,"a,b"\n1,2\n', { target: 'a,b' })).info.target).toMatchObject({
      name: 'a,b',
      shape: [],
    });
  });
});

describe('multi-label targets', () => {
  const tags = (x: number) => [...(x > 3 ? ['sun'] : []), ...(x % 2 === 0 ? ['sea'] : [])].join(';');
  const text = `x,even,tags\n${Array.from({ length: 64 }, (_, i) => `${i % 8},${(i + 1) % 2},${tags(i % 8)}`).join('\n')}\n`;
  const LABELS = { target: 'tags', types: '{"tags": "labels"}' };

  it('become one binary output per label, and predictions list the likely ones', async () => {
    const loss = { type: 'BCEWithLogitsLoss', pos_weight: 'balanced' };
    const { predictor, info } = await learned(text, LABELS, { loss, metrics: ['accuracy', 'f1'] }, 2);
    expect(info.target).toMatchObject({ name: 'tags', columns: ['sea', 'sun'], shape: [2], integral: true });
    const said = await predictor.predict({
      records: [0, 1, 6, 7].map((x) => ({ x, even: (x + 1) % 2 })),
    });
    expect(said.map(({ labels }) => labels)).toEqual([['sea'], [], ['sea', 'sun'], ['sun']]);
    expect(Object.keys(said[0]!.values!)).toEqual(['sea', 'sun']);
  });

  it('are rejected if the target type is wrong or no row has a label', async () => {
    expect(await problems(text, { target: 'tags', types: '{"tags": "category"}' })).toEqual([
      expect.stringMatching(/^types.tags: "tags" is the target: .* or "labels"/),
    ]);
    expect(await problems('x,tags\n1,\n2,;\n', LABELS)).toEqual(['target: column "tags" contains no labels']);
  });
});
