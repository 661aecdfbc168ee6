// Random networks, odd sizes included, trained for a few steps on every backend: all end with the same weights as the reference.

import { expect, it } from 'vitest';
import { reference } from '#engine/backends/reference/reference.ts';
import { uniforms } from '#engine/random.ts';
import { decodeArtifact } from '#training/run/artifact.ts';
import { fit as train } from '#training/run/fit.ts';
import { backends } from './backends.ts';
import { expectClose } from './fixture.ts';
import { smallJob, watching } from './job.ts';

function draw(seed: number) {
  const numbers = uniforms(seed, 99, 5000);
  let used = 0;
  const next = () => numbers[used++ % numbers.length]!;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const sizes = [1, 2, 3, 5, 7, 8, 13, 16, 17, 33];
  const activations = [
    ...['ReLU', 'Sigmoid', 'Tanh', 'Softmax', 'LogSoftmax', 'LeakyReLU', 'PReLU', 'ELU', 'SELU', 'GELU'],
    ...['SiLU', 'Mish', 'Softplus', 'Hardtanh', 'ReLU6', 'Hardswish'],
    { type: 'Dropout', p: 0.3 },
  ];
  const sample = pick([[pick(sizes)], [pick([1, 2, 3]), pick(sizes)], [2, pick([1, 3]), pick([1, 4, 5])]]);
  const layers: unknown[] = [];
  if (sample.length > 1 && next() < 0.5)
    layers.push({ type: 'Linear', out_features: pick(sizes), bias: next() < 0.7 }, pick(activations));
  if (sample.length > 1) layers.push('Flatten');
  for (let i = 0; i < Math.floor(next() * 3); i++) {
    layers.push({ type: 'Linear', out_features: pick(sizes), bias: next() < 0.7 }, pick(activations));
  }
  const ofClasses = next() < 0.4;
  const outputs = ofClasses ? pick([2, 3, 11]) : pick([1, 3]);
  const each = Array.from({ length: outputs }, () => 0.5 + next());
  const loss = ofClasses
    ? pick<{ type: string; [argument: string]: unknown }>([
        { type: 'CrossEntropyLoss' },
        { type: 'CrossEntropyLoss', weight: each, label_smoothing: 0.1 },
        { type: 'NLLLoss', weight: each },
      ])
    : pick<{ type: string; [argument: string]: unknown }>([
        ...['MSELoss', 'L1Loss', 'SmoothL1Loss', 'HuberLoss', 'KLDivLoss', 'BCELoss'].map((type) => ({
          type,
        })),
        { type: 'BCEWithLogitsLoss' },
        { type: 'BCEWithLogitsLoss', pos_weight: each },
      ]);
  layers.push({ type: 'Linear', out_features: outputs });
  if (loss.type === 'NLLLoss') layers.push('LogSoftmax');
  if (loss.type === 'BCELoss') layers.push('Sigmoid');
  const count = pick([1, 2, 7, 16, 19]);
  const nested = ([size, ...rest]: number[]): unknown =>
    size === undefined ? next() * 4 - 2 : Array.from({ length: size }, () => nested(rest));
  const target = () => {
    if (ofClasses) return Math.floor(next() * outputs);
    return outputs === 1 ? next() : Array.from({ length: outputs }, next);
  };
  const reduction = pick(['mean', 'sum']);
  // An exploding run amplifies rounding errors without bound.
  const gentle = reduction === 'sum' ? 0.002 : 0.05;
  const optimizer = pick([
    { type: 'SGD', lr: gentle },
    { type: 'SGD', lr: gentle, momentum: 0.9, nesterov: true, weight_decay: 0.01 },
    { type: 'Adam', lr: 0.01, eps: 1e-4 },
    { type: 'AdamW', lr: 0.01, eps: 1e-4 },
    { type: 'NAdam', lr: 0.01, eps: 1e-4 },
    { type: 'RMSprop', lr: 0.005, eps: 1e-2, centered: true, momentum: 0.5 },
    { type: 'Adagrad', lr: 0.01, initial_accumulator_value: 0.1 },
  ]);
  return {
    over: {
      model: { layers },
      training: {
        loss: { ...loss, reduction },
        optimizer,
        batch_size: pick([1, 3, 8, 32]),
        epochs: 3,
        validation_split: count > 4 ? 0.3 : 0,
      },
      preprocess: pick(['none', 'standardize']),
      seed,
    },
    data: {
      inputs: Array.from({ length: count }, () => nested(sample)),
      targets: Array.from({ length: count }, target),
    },
  };
}

it.each(Array.from({ length: 40 }, (_, seed) => seed))('network %d', async (seed) => {
  const { over, data } = draw(seed);
  const { spec, table } = await smallJob(over, data);
  const seen = watching();
  const expected = await train(spec, table, seen, { backend: reference });
  const theta = decodeArtifact(expected.model).states.theta!;
  for (const [name, backend] of backends) {
    if (name === 'reference') continue;
    const hooks = watching();
    const result = await train(spec, table, hooks, { backend });
    expect(result.outcome).toBe(expected.outcome);
    expectClose(decodeArtifact(result.model).states.theta!, [...theta], 2e-4);
    for (const [epoch, { values }] of hooks.reports.entries()) {
      const { train_loss, val_loss = 0 } = seen.reports[epoch]!.values;
      expectClose([values.train_loss!, values.val_loss ?? 0], [train_loss!, val_loss], 1e-4);
    }
  }
});
