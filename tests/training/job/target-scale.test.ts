import { describe, expect, it } from 'vitest';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { rowsIn } from '#training/data/rows/rows.ts';
import { fitTargetScale, scaleTargets, unscale } from '#training/data/target-scale.ts';
import { loadPredictor } from '#training/predict.ts';
import { decodeArtifact } from '#training/run/artifact.ts';
import { fit as train } from '#training/run/fit.ts';
import { smallJob, watching } from '../job.ts';

const inputs = Array.from({ length: 200 }, (_, i) => [Math.sin(i * 12.9898) * 2, Math.cos(i * 78.233) * 2]);
const y = inputs.map(([a, b]) => Math.tanh(a!) + 0.5 * a! * b!);
const prices = y.map((value) => 250_000 + 10_000 * value);

const LAYERS = [{ type: 'Linear', out_features: 16 }, 'Tanh', { type: 'Linear', out_features: 1 }];
const training = {
  loss: 'MSELoss',
  optimizer: { type: 'Adam', lr: 0.02 },
  epochs: 40,
  batch_size: 16,
  metrics: ['mae', 'rmse', 'r2'],
};

type Over = Parameters<typeof smallJob>[0];

async function learn(targets: unknown[], over: Over = {}) {
  const { spec, table } = await smallJob(
    { ...over, model: { layers: LAYERS, ...over?.model }, training: { ...training, ...over?.training } },
    { inputs, targets },
  );
  const hooks = watching();
  const { model } = await train(spec, table, hooks, { backend: wasm });
  return { spec, model, values: hooks.reports.at(-1)!.values };
}

describe('regression targets', () => {
  it('train as well in dollars as in units: same R², errors in dollars', async () => {
    const units = await learn(y);
    const dollars = await learn(prices);
    expect(units.spec.preprocess).toEqual({ inputs: 'none', target: 'standardize' });
    expect(units.values.val_r2).toBeGreaterThan(0.97);
    expect(dollars.values.val_r2).toBeCloseTo(units.values.val_r2!, 3);
    for (const name of ['val_mae', 'val_rmse', 'train_mae', 'train_rmse']) {
      expect(dollars.values[name]! / units.values[name]! / 10_000).toBeCloseTo(1, 2);
    }
    // The loss is on standardized targets: the fraction of variance left unexplained, whatever the unit.
    expect(dollars.values.val_loss).toBeCloseTo(units.values.val_loss!, 3);
  });

  it('in dollars do not train at all without scaling', async () => {
    const { spec, values } = await learn(prices, { preprocess: { target: 'none' } });
    expect(spec.preprocess).toEqual({ inputs: 'none', target: 'none' });
    expect(values.val_r2).toBeLessThan(0);
  });

  it('are predicted in their own units, by the scale stored with the model', async () => {
    const { model } = await learn(prices);
    const { scale } = decodeArtifact(model).card.target;
    expect(scale!.mean[0]).toBeGreaterThan(245_000);
    expect(scale!.std[0]).toBeGreaterThan(5_000);
    const predictor = await loadPredictor(model, wasm);
    const predictions = await predictor.predict({ inputs });
    const errors = predictions.map(({ output }, i) => (output as [number])[0] - prices[i]!);
    const rmse = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
    expect(rmse).toBeGreaterThan(1);
    expect(rmse).toBeLessThan(2_000);
    predictor.dispose();
  });

  it('give the same predictions after an interrupted run', async () => {
    const { spec, table } = await smallJob(
      { model: { layers: LAYERS }, training: { ...training, epochs: 4 } },
      { inputs, targets: prices },
    );
    const whole = await train(spec, table, watching(), { backend: wasm });
    const half = await train({ ...spec, training: { ...spec.training, epochs: 2 } }, table, watching(), {
      backend: wasm,
    });
    const rest = await train(spec, table, watching(), { backend: wasm, from: half.state });
    expect(Buffer.compare(rest.model, whole.model)).toBe(0);
  });

  it.each([
    ['classes', { training: { loss: 'CrossEntropyLoss', metrics: [] } }, 'none'],
    ['a model that ends in a Sigmoid', { model: { layers: [LAYERS[2]!, 'Sigmoid'] } }, 'none'],
    [
      'one that ends in a ReLU, moved',
      { model: { layers: [LAYERS[2]!, 'ReLU', 'Flatten', 'Dropout'] } },
      'none',
    ],
    ['one that ends in a LeakyReLU', { model: { layers: [LAYERS[2]!, 'LeakyReLU'] } }, 'standardize'],
    ['HuberLoss', { training: { loss: 'HuberLoss' } }, 'standardize'],
    ['HuberLoss with a delta of its own', { training: { loss: { type: 'HuberLoss', delta: 3 } } }, 'none'],
    ['SmoothL1Loss with a beta', { training: { loss: { type: 'SmoothL1Loss', beta: 3 } } }, 'none'],
    ['"none", which is of everything', { preprocess: 'none' }, 'none'],
    ['a name of what is done to the inputs', { preprocess: 'standardize' }, 'standardize'],
    [
      'a Sigmoid where it is asked for',
      { model: { layers: [LAYERS[2]!, 'Sigmoid'] }, preprocess: { target: 'standardize' } },
      'standardize',
    ],
  ])('of %s are scaled only when appropriate', async (_, over, expected) => {
    const classes = (over as { training?: { loss: unknown } }).training?.loss === 'CrossEntropyLoss';
    const model = classes ? { layers: [{ type: 'Linear', out_features: 2 }] } : { layers: LAYERS };
    const { spec } = await smallJob(
      { model, ...over, training: { ...training, metrics: [], ...(over as Over)?.training } } as Over,
      { inputs, targets: classes ? y.map((value) => Number(value > 0)) : y },
    );
    expect(spec.preprocess).toMatchObject({ target: expected });
  });
});

describe('a target scale', () => {
  const rows = Int32Array.of(0, 1, 2, 3);

  it('has one entry per element of a vector target, from the training rows only', () => {
    const targets = Float64Array.of(1, 100, 2, 200, 3, 300, 4, 400, 1e9, 1e9);
    const scale = fitTargetScale(rowsIn(targets, 2), [2], rows);
    const std = Math.sqrt(1.25);
    expect(scale.mean).toEqual([2.5, 250]);
    expect(scale.std[0]).toBeCloseTo(std, 12);
    expect(scale.std[1]).toBeCloseTo(100 * std, 10);
    const scaled = scaleTargets(scale, targets);
    expect([...scaled.subarray(0, 2)]).toEqual([Math.fround(-1.5 / std), Math.fround(-1.5 / std)]);
    for (const [i, value] of unscale(scale, scaled).subarray(0, 8).entries()) {
      expect(value / targets[i]!).toBeCloseTo(1, 6);
    }
  });

  it('is shared by all elements of a two-dimensional target', () => {
    const scale = fitTargetScale(rowsIn(Float64Array.of(0, 0, 0, 4, 4, 4), 3), [3, 1], Int32Array.of(0, 1));
    expect(scale.mean).toEqual([2]);
    expect(scale.std).toEqual([expect.closeTo(2, 12)]);
  });

  it('maps a constant to 0 and back', () => {
    const targets = new Float64Array(4).fill(0.1);
    const scale = fitTargetScale(rowsIn(targets, 1), [], rows);
    expect(scale.std).toEqual([1]);
    expect([...scaleTargets(scale, targets)]).toEqual([0, 0, 0, 0]);
  });
});
