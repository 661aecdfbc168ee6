import { Readable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '#contracts/errors.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { validateJob } from '#training/job/validate.ts';
import { decodeSafetensors, encodeSafetensors } from '#training/model/safetensors.ts';
import { loadPredictor, type Predictor } from '#training/predict.ts';
import { fit as train } from '#training/run/fit.ts';
import { backends } from './backends.ts';
import { points, smallJob, watching } from './job.ts';

async function details(predict: () => Promise<unknown>): Promise<[string, string][]> {
  try {
    await predict();
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    return (error as Problem).details.map(({ param, message }) => [param, message]);
  }
  throw new Error('was not refused');
}

describe.each(backends)('a model trained on a table, on %s', (_, backend) => {
  let predictor: Predictor;
  beforeAll(async () => {
    const rows = points(60).inputs.map(
      ([a, b], i) => `${a! * 100 + 1000},${i},${b},${a! > 0 ? 'right' : 'left'}`,
    );
    const { info, table } = await readCsv(
      Readable.from([Buffer.from(`big,constructor,b,side\n${rows.join('\n')}\n`)]),
      {},
    );
    const { job } = await validateJob(
      {
        model: {
          input: { shape: [3] },
          layers: [
            { type: 'Linear', out_features: 8 },
            'ReLU',
            'Dropout',
            { type: 'Linear', out_features: 2 },
          ],
        },
        dataset: 'ds_',
        training: { loss: 'CrossEntropyLoss', optimizer: { type: 'Adam', lr: 0.05 }, epochs: 40 },
      },
      async () => info,
    );
    predictor = await loadPredictor(
      (await train({ ...job!.spec, dataset: 'ds_' }, table, watching(), { backend })).model,
      backend,
    );
  });

  it('takes raw records by column name, in any order, and returns class, label and probabilities', async () => {
    const [right, left] = await predictor.predict({
      records: [
        { b: 0, constructor: 30, big: 1150 },
        { big: 850, constructor: 30, b: 0 },
      ],
    });
    expect(right).toMatchObject({ class: 1, label: 'right' });
    expect(left).toMatchObject({ class: 0, label: 'left' });
    const probabilities = right!.probabilities as number[];
    expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    const logits = right!.output as number[];
    expect(Math.log(probabilities[1]! / probabilities[0]!)).toBeCloseTo(logits[1]! - logits[0]!, 6);
  });

  it('takes the same rows as arrays, in feature order, with the same transform', async () => {
    expect(predictor.wanted).toMatchObject({ features: ['big', 'constructor', 'b'], target: 'side' });
    expect(predictor.labels).toEqual(['left', 'right']);
    const records = [{ big: 1010, constructor: 3, b: -1 }];
    expect(await predictor.predict({ inputs: [[1010, 3, -1]] })).toEqual(
      await predictor.predict({ records }),
    );
  });

  it('gives a row the same bits whatever its batch, and without dropout', async () => {
    const inputs = points(100).inputs.map(([a, b], i) => [1000 + 100 * a!, i, b!]);
    const together = await predictor.predict({ inputs });
    const alone = await Promise.all(inputs.map((row) => predictor.predict({ inputs: [row] })));
    expect(alone.flat()).toEqual(together);
    expect((await predictor.predict({ inputs: inputs.toReversed() })).reverse()).toEqual(together);
  });

  it('ignores the target column if it is present', async () => {
    const record = { big: 1010, constructor: 3, b: -1 };
    expect(await predictor.predict({ records: [{ ...record, side: 'left' }] })).toEqual(
      await predictor.predict({ records: [record] }),
    );
  });

  it('returns nothing for an empty request', async () => {
    expect(await predictor.predict({ inputs: [] })).toEqual([]);
  });

  it('names every column that is missing, unknown or not a number, by row', async () => {
    const records: Record<string, unknown>[] = [
      { big: 1, constructor: 2, b: 3 },
      { big: 1, b: 3 },
      { bigg: 1, constructor: null, b: '3', big: Number.NaN },
    ];
    expect(await details(() => predictor.predict({ records }))).toEqual([
      ['records[1].constructor', 'records[1] has no column "constructor"'],
      ['records[2].big', 'NaN is not a finite number'],
      ['records[2].constructor', 'null where a number is expected'],
      ['records[2].b', '"3" is text, not a number'],
      ['records[2].bigg', 'the model has no column "bigg"; did you mean "big"?'],
    ]);
  });

  it('names rows of the wrong width', async () => {
    expect(
      await details(() => predictor.predict({ inputs: [[1, 2, 3], [1, 2], [1, 2, 3, 4], 5, [1, null, 3]] })),
    ).toEqual([
      ['inputs[1]', '2 entries, but the model takes [3]: 3 here'],
      ['inputs[2]', '4 entries, but the model takes [3]: 3 here'],
      ['inputs[3]', 'the number 5, but the model takes [3]: an array of 3 here'],
      ['inputs[4][1]', 'null where a number is expected'],
    ]);
  });

  it('takes either inputs or records, not both', async () => {
    expect(await details(() => predictor.predict({}))).toHaveLength(1);
    expect(await details(() => predictor.predict({ inputs: [], records: [] }))).toHaveLength(1);
  });
});

describe.each(backends)('a model trained on arrays, on %s', (_, backend) => {
  const predictorOf = async (over: object, data = points(20)) => {
    const { spec, table } = await smallJob(over, data);
    return await loadPredictor((await train(spec, table, watching(), { backend })).model, backend);
  };

  it('from an earlier version, without the ranges seen in training, predicts the same', async () => {
    const { spec, table } = await smallJob({}, points(20));
    const { model } = await train(spec, table, watching(), { backend });
    const { tensors, metadata } = decodeSafetensors(model);
    const { seen, ...card } = JSON.parse(metadata.get('epochd')!);
    expect(seen.min).toHaveLength(1);
    const earlier = encodeSafetensors(tensors, new Map([['epochd', JSON.stringify(card)]]));
    const [now, before] = [await loadPredictor(model, backend), await loadPredictor(earlier, backend)];
    expect(before.watch()).toBeNull();
    const inputs = points(5).inputs;
    expect(await before.predict({ inputs })).toEqual(await now.predict({ inputs }));
  });

  it('has no column names, so rejects records', async () => {
    const predictor = await predictorOf({});
    expect(await details(() => predictor.predict({ records: [{ a: 1 }] }))).toEqual([
      ['records', 'this model was trained on arrays, whose inputs have no names: send inputs'],
    ]);
    expect((await predictor.predict({ inputs: [[0, 0]] }))[0]).not.toHaveProperty('label');
  });

  it('predicts yes or no after BCEWithLogitsLoss', async () => {
    const predictor = await predictorOf({
      model: { layers: [{ type: 'Linear', out_features: 1 }] },
      training: { loss: 'BCEWithLogitsLoss' },
    });
    const [prediction] = await predictor.predict({ inputs: [[1, 2]] });
    const [logit] = prediction!.output as [number];
    expect(prediction!.probabilities![1]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 12);
    expect(prediction!.class).toBe(Number(logit > 0));
  });

  it('predicts numbers after MSELoss', async () => {
    const predictor = await predictorOf({
      model: { layers: [{ type: 'Linear', out_features: 1 }] },
      training: { loss: 'MSELoss' },
    });
    expect(Object.keys((await predictor.predict({ inputs: [[1, 2]] }))[0]!)).toEqual(['output']);
  });

  it('takes inputs and returns outputs in the shapes of the model', async () => {
    const inputs = points(20).inputs.map(([a, b]) => [
      [a, b],
      [b, a],
    ]);
    const targets = inputs.map(([row]) => [[row![0]], [row![1]]]);
    const { spec, table } = await smallJob(
      { model: { layers: [{ type: 'Linear', out_features: 1 }] }, training: { loss: 'MSELoss' } },
      { inputs, targets },
    );
    const predictor = await loadPredictor((await train(spec, table, watching(), { backend })).model, backend);
    const [{ output }] = (await predictor.predict({ inputs: [inputs[0]!] })) as [{ output: number[][] }];
    expect([output.length, output[0]!.length]).toEqual([2, 1]);
    expect((await details(() => predictor.predict({ inputs: [[1, 2, 3, 4]] })))[0]![0]).toBe('inputs[0]');
  });

  it('returns an output that is not finite as text, without a class', async () => {
    const predictor = await predictorOf({
      model: { layers: [{ type: 'Linear', out_features: 2 }] },
      training: { optimizer: { type: 'SGD', lr: 1e30 }, epochs: 1, batch_size: 20, validation_split: 0 },
    });
    const [prediction] = await predictor.predict({ inputs: [[3e38, -3e38]] });
    expect(prediction).toMatchObject({ nonfinite: true });
    expect(prediction).not.toHaveProperty('class');
    expect(JSON.stringify(prediction)).not.toContain('null');
  });
});
