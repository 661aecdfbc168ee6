import { describe, expect, it } from 'vitest';
import { readInline } from '#training/data/formats/inline.ts';
import { evaluateModel } from '#training/evaluate/evaluate.ts';
import { balancedWeights, balancedYes } from '#training/job/class-balance.ts';
import { validateJob } from '#training/job/validate.ts';
import { loadPredictor } from '#training/predict.ts';
import { fit as train } from '#training/run/fit.ts';
import { watching } from '../job.ts';

describe('balanced class weights', () => {
  it('match compute_class_weight', () => {
    // compute_class_weight('balanced', classes=[0, 1, 2], y=[0, 0, 0, 0, 1, 1, 2, 2]) → [0.667, 1.333, 1.333]
    expect(balancedWeights([0, 0, 0, 0, 1, 1, 2, 2], 3, -100)).toEqual([8 / 12, 8 / 6, 8 / 6]);
    expect(balancedWeights([0, 0, 1, -100], 3, -100)).toEqual([3 / 4, 3 / 2, 1]);
  });

  const { info, table } = readInline({
    inputs: Array.from({ length: 90 }, (_, i) => [i % 9 === 0 ? 1 : 0.9 * ((i % 5) / 5)]),
    targets: Array.from({ length: 90 }, (_, i) => (i % 9 === 0 ? 'rare' : 'usual')),
  });
  const job = (loss: object) => ({
    model: { layers: [{ type: 'Linear', out_features: 2 }] },
    dataset: 'ds_',
    training: { ...loss, optimizer: { type: 'SGD', lr: 0.5 }, epochs: 3, batch_size: 90, shuffle: false },
  });
  const run = async (loss: object) => {
    const { details, job: valid } = await validateJob(job(loss), async () => info);
    expect(details).toEqual([]);
    const result = await train({ ...valid!.spec, dataset: 'ds_' }, table, watching());
    return { spec: valid!.spec, model: result.model };
  };

  it('give the same weights, bit for bit, as the equivalent numbers', async () => {
    const said = await run({ loss: 'CrossEntropyLoss', class_weight: 'balanced' });
    expect(said.spec.training.loss).toMatchObject({ type: 'CrossEntropyLoss', weight: 'balanced' });
    const weight = [90 / (2 * 10), 90 / (2 * 80)];
    const numbers = await run({ loss: { type: 'CrossEntropyLoss', weight } });
    expect(said.model).toEqual(numbers.model);
    const predictor = await loadPredictor(said.model);
    expect((await evaluateModel(predictor, table)).samples).toBe(90);
    predictor.dispose();
  });

  it('are rejected if targets are probabilities', async () => {
    const shares = readInline({
      inputs: [[1], [2]],
      targets: [
        [0.5, 0.5],
        [1, 0],
      ],
    });
    const body = job({ loss: { type: 'CrossEntropyLoss', weight: 'balanced' } });
    const { details } = await validateJob(body, async () => shares.info);
    expect(details).toMatchObject([
      { param: 'training.loss', message: expect.stringContaining('class indices') },
    ]);
  });
});

it('a balanced pos_weight gives positives and negatives equal weight, per output', () => {
  // Of the second output all are positive, of the first one of four.
  expect(balancedYes([1, 1, 0, 1, 0, 1, 0, 1], 2)).toEqual([3, 1]);
});
