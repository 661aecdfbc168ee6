// Training on every backend: the values reported, what is learned, and the same bits for the same seed.

import { describe, expect, it } from 'vitest';
import { sizeOf } from '#training/model/shape.ts';
import { decodeArtifact } from '#training/run/artifact.ts';
import { fit as train } from '#training/run/fit.ts';
import { backends } from '../backends.ts';
import { points, smallJob, watching } from '../job.ts';
import { runOn } from './run-on.ts';

describe.each(backends)('training on %s', (_, backend) => {
  const run = runOn(backend);

  it('reports every epoch with its loss, accuracy and progress', async () => {
    const { outcome, reports, values } = await run(await smallJob());
    expect(outcome).toBe('completed');
    expect(reports.map(({ epoch, epochs, step }) => [epoch, epochs, step])).toEqual([
      [1, 3, 5],
      [2, 3, 10],
      [3, 3, 15],
    ]);
    expect(Object.keys(values[0]!)).toEqual(['train_loss', 'train_accuracy', 'val_loss', 'val_accuracy']);
    for (const { learning_rate, samples_per_sec, eta_seconds } of reports) {
      expect(learning_rate).toBe(0.001);
      expect(samples_per_sec).toBeGreaterThan(0);
      expect(eta_seconds).toBeGreaterThanOrEqual(0);
    }
    expect(reports.at(-1)!.eta_seconds).toBe(0);
  });

  it('lowers the loss and classifies held-out points', async () => {
    const { values } = await run(
      await smallJob({ training: { epochs: 20, optimizer: { type: 'Adam', lr: 0.06 } } }, points(120)),
    );
    expect(values.at(-1)!.train_loss).toBeLessThan(0.5 * values[0]!.train_loss!);
    expect(values.at(-1)!.val_accuracy).toBeGreaterThan(0.85);
  });

  it('reports the training loss as the mean over samples, with a short batch weighted by its size', async () => {
    // With lr 0 the weights stay, so the epoch's loss is the mean over all rows, however they are batched.
    const still = { optimizer: { type: 'SGD', lr: 0 }, validation_split: 0 };
    const [whole] = (await run(await smallJob({ training: { ...still, batch_size: 50, epochs: 1 } }))).values;
    for (const batch_size of [1, 7, 8, 49]) {
      const [cut] = (await run(await smallJob({ training: { ...still, batch_size, epochs: 1 } }))).values;
      expect(cut!.train_loss).toBeCloseTo(whole!.train_loss!, 6);
      expect(cut!.train_accuracy).toBeCloseTo(whole!.train_accuracy!, 12);
    }
    const [dropped] = (
      await run(
        await smallJob({ training: { ...still, batch_size: 8, drop_last: true, shuffle: false, epochs: 1 } }),
      )
    ).values;
    const head = points(50);
    const first48 = await smallJob(
      { training: { ...still, batch_size: 48, shuffle: false, epochs: 1 } },
      {
        inputs: head.inputs.slice(0, 48),
        targets: head.targets.slice(0, 48),
      },
    );
    expect(dropped!.train_loss).toBeCloseTo((await run(first48)).values[0]!.train_loss!, 6);
  });

  it('evaluates held-out samples without dropout, and training samples with it', async () => {
    const layers = (p: number) => [
      { type: 'Linear', out_features: 32 },
      { type: 'Dropout', p },
      { type: 'Linear', out_features: 2 },
    ];
    const still = { optimizer: { type: 'SGD', lr: 0 }, epochs: 2 };
    const dropped = await run(await smallJob({ model: { layers: layers(0.5) }, training: still }));
    const kept = await run(await smallJob({ model: { layers: layers(0) }, training: still }));
    expect(dropped.values.map(({ val_loss }) => val_loss)).toEqual(
      kept.values.map(({ val_loss }) => val_loss),
    );
    expect(dropped.values[0]!.train_loss).not.toBe(kept.values[0]!.train_loss);
    expect(dropped.values[0]!.train_loss).not.toBe(dropped.values[1]!.train_loss);
  });

  it('gives the same bits for the same seed, and different ones for another', async () => {
    const layers = [
      { type: 'Linear', out_features: 8 },
      'ReLU',
      'Dropout',
      { type: 'Linear', out_features: 2 },
    ];
    const [a, b, c] = await Promise.all(
      [5, 5, 6].map(async (seed) => run(await smallJob({ model: { layers }, seed }))),
    );
    expect(Buffer.from(a!.model).equals(Buffer.from(b!.model))).toBe(true);
    expect(a!.values).toEqual(b!.values);
    expect(Buffer.from(a!.model).equals(Buffer.from(c!.model))).toBe(false);
    expect(a!.fingerprint).toBe(b!.fingerprint);
  });

  it('has a different fingerprint for a different program', async () => {
    const a = await run(await smallJob());
    const b = await run(await smallJob({ training: { batch_size: 9 } }));
    expect(a.fingerprint).not.toBe(b.fingerprint);
    expect(a.fingerprint).toMatch(new RegExp(`^${backend.name}-[0-9a-f]{24}$`));
  });

  it('ends with the non-finite loss in the last report if it diverges', async () => {
    const data = points(50);
    const job = await smallJob(
      {
        model: { layers: [{ type: 'Linear', out_features: 8 }, 'ReLU', { type: 'Linear', out_features: 1 }] },
        training: { loss: 'MSELoss', optimizer: { type: 'SGD', lr: 1e6 }, epochs: 50 },
      },
      data,
    );
    const { outcome, message, reports } = await run(job);
    expect(outcome).toBe('diverged');
    expect(message).toMatch(/^train_loss became (NaN|Infinity|-Infinity) at step \d+/);
    expect(Number.isFinite(reports.at(-1)!.values.train_loss)).toBe(false);
    expect(reports.slice(0, -1).every(({ values }) => Object.values(values).every(Number.isFinite))).toBe(
      true,
    );
    expect(reports.length).toBeLessThan(50);
  });

  it('leaves frozen parameters unchanged, and updates the others as it would without them', async () => {
    const training = { epochs: 1, batch_size: 40, shuffle: false, clip_grad_norm: null };
    for (const optimizer of [
      { type: 'SGD', lr: 0.1 },
      { type: 'AdamW', lr: 0.1, weight_decay: 0.5 },
    ]) {
      const layers = [
        { type: 'Linear', name: 'first', out_features: 8 },
        'Tanh',
        { type: 'Linear', name: 'middle', out_features: 5 },
        { type: 'Linear', name: 'last', out_features: 2 },
      ];
      const model = { layers };
      const still = { ...training, optimizer: { type: 'SGD', lr: 0 } };
      const [initial, free, frozen] = await Promise.all(
        [
          { model, training: still },
          { model, training: { ...training, optimizer } },
          { model: { layers, freeze: ['middle'] }, training: { ...training, optimizer } },
        ].map(async (over) => decodeArtifact((await run(await smallJob(over))).model)),
      );
      for (const { key, offset, shape } of frozen!.layout.theta.slots) {
        const part = ({ states }: typeof initial & object) => [
          ...states.theta!.subarray(offset, offset + sizeOf(shape)),
        ];
        expect(part(frozen!), key).toEqual(part(key.startsWith('middle') ? initial! : free!));
      }
    }
  });

  it('fits a line by least squares', async () => {
    // y = 3 x₁ − 2 x₂ + 1, exactly.
    const inputs = points(60).inputs;
    const targets = inputs.map(([a, b]) => 3 * a! - 2 * b! + 1);
    const job = await smallJob(
      {
        model: { layers: [{ name: 'line', type: 'Linear', out_features: 1 }] },
        training: { loss: 'MSELoss', optimizer: { type: 'SGD', lr: 0.1 }, epochs: 60, validation_split: 0 },
        preprocess: 'none',
      },
      { inputs, targets },
    );
    const { states, layout } = decodeArtifact((await run(job)).model);
    const theta = states.theta!;
    const [weight, bias] = layout.theta.slots;
    expect(weight!.key).toBe('line.weight');
    expect(theta[weight!.offset]).toBeCloseTo(3, 3);
    expect(theta[weight!.offset + 1]).toBeCloseTo(-2, 3);
    expect(theta[bias!.offset]).toBeCloseTo(1, 3);
  });

  it.each([
    ['one sample', 1, {}],
    ['a batch larger than the data', 5, { batch_size: 1000 }],
    ['one held-out sample', 2, { validation_split: 0.5 }],
    ['batches of one', 5, { batch_size: 1 }],
  ])('works with %s', async (_, count, training) => {
    const { outcome, values } = await run(
      await smallJob({ training: { validation_split: 0, ...training } }, points(count)),
    );
    expect(outcome).toBe('completed');
    expect(values).toHaveLength(3);
  });

  it('starts from weights within torch’s bounds', async () => {
    const job = await smallJob({
      model: {
        layers: [
          { type: 'Linear', out_features: 400 },
          { type: 'Linear', out_features: 2 },
        ],
      },
    });
    const { spec, table } = job;
    const { model } = await train(
      {
        ...spec,
        training: { ...spec.training, epochs: 1, optimizer: { ...spec.training.optimizer, lr: 0 } },
      },
      table,
      watching(),
      { backend },
    );
    const { states, layout } = decodeArtifact(model);
    const theta = states.theta!;
    for (const { key, shape, offset } of layout.theta.slots) {
      const bound = 1 / Math.sqrt(key.startsWith('0.') ? 2 : 400);
      const values = theta.subarray(offset, offset + shape.reduce((a, b) => a * b));
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound);
      if (values.length < 400) continue;
      // Uniform: variance bound²/3, and values near both ends.
      const variance = values.reduce((sum, w) => sum + w * w, 0) / values.length;
      expect(variance / (bound ** 2 / 3)).toBeCloseTo(1, 0);
      expect(Math.max(...values)).toBeGreaterThan(0.95 * bound);
      expect(Math.min(...values)).toBeLessThan(-0.95 * bound);
    }
  });
});
