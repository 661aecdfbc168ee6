// How a run ends before its last epoch, and what it returns.

import { describe, expect, it } from 'vitest';
import { decodeArtifact } from '#training/run/artifact.ts';
import { type Checkpoint, fit as train } from '#training/run/fit.ts';
import type { RunState } from '#training/run/run-state.ts';
import { backends } from '../backends.ts';
import { expectClose } from '../fixture.ts';
import { points, smallJob, watching } from '../job.ts';

// On noise a network memorizes the training samples and gets worse on the others.
const NOISE = {
  inputs: points(60).inputs,
  targets: Array.from({ length: 60 }, (_, i) => Number(Math.sin(i * 999.7) > 0)),
};
const OVERFITTING = { epochs: 80, optimizer: { type: 'Adam', lr: 0.05 }, validation_split: 0.5 };

describe.each(backends)('on %s', (_, backend) => {
  const run = async (training: object, data = NOISE) => {
    const { spec, table } = await smallJob({ training: { ...OVERFITTING, ...training } }, data);
    const hooks = watching();
    const result = await train(spec, table, hooks, { backend });
    const theta = [...decodeArtifact(result.model).states.theta!];
    return { ...result, theta, values: hooks.reports.map(({ values }) => values) };
  };
  const best = (list: number[]) => list.indexOf(Math.min(...list)) + 1;

  it('early stopping ends patience epochs after the best one, and returns its weights', async () => {
    const { outcome, theta, values, state } = await run({ early_stopping: { patience: 4 } });
    expect(outcome).toBe('early_stopped');
    const at = best(values.map(({ val_loss }) => val_loss!));
    expect(values).toHaveLength(at + 4);
    expect(state.best).toMatchObject({ epoch: at, value: values[at - 1]!.val_loss });
    expect(state.epoch).toBe(at + 4);
    expectClose(theta, (await run({ epochs: at })).theta, 1e-6);
  });

  it('without restore_best the last weights are returned', async () => {
    const { outcome, theta, values } = await run({ early_stopping: { patience: 4, restore_best: false } });
    expect(outcome).toBe('early_stopped');
    expectClose(theta, (await run({ epochs: values.length })).theta, 1e-6);
  });

  it('a run that is not stopped early returns its best epoch as well', async () => {
    const { outcome, theta, values } = await run({ epochs: 12, early_stopping: { patience: 100 } });
    expect(outcome).toBe('completed');
    const at = best(values.map(({ val_loss }) => val_loss!));
    expect(at).toBeLessThan(12);
    expectClose(theta, (await run({ epochs: at })).theta, 1e-6);
  });

  it('restore_best returns the best epoch without early stopping, and also keeps the last one', async () => {
    const { theta, values, models } = await run({ epochs: 12, restore_best: true });
    const at = best(values.map(({ val_loss }) => val_loss!));
    expect(at).toBeLessThan(12);
    expectClose(theta, (await run({ epochs: at })).theta, 1e-6);
    const steps = models.last!.step / 12;
    expect([models.last, models.best]).toMatchObject([
      { epoch: 12, step: 12 * steps },
      { epoch: at, step: at * steps },
    ]);
    const last = [...decodeArtifact(models.last!.file).states.theta!];
    expectClose(last, (await run({ epochs: 12 })).theta, 1e-6);
  });

  it('a cancelled run keeps its current weights', async () => {
    const { spec, table } = await smallJob({ training: { ...OVERFITTING, epochs: 1_000_000 } }, NOISE);
    const { outcome, models, state } = await train(spec, table, watching(7), { backend });
    expect(outcome).toBe('cancelled');
    expect(models.last).toMatchObject({ epoch: state.epoch, step: state.step });
    expect(models.best?.epoch).toBe(state.best!.epoch);
    expectClose([...decodeArtifact(models.last!.file).states.theta!], [...state.states.theta!], 0);
  });

  it('a diverging run keeps its best epoch, not the non-finite weights', async () => {
    const { spec, table } = await smallJob({
      model: { layers: [{ type: 'Linear', out_features: 8 }, 'ReLU', { type: 'Linear', out_features: 1 }] },
      training: {
        loss: 'MSELoss',
        epochs: 60,
        optimizer: { type: 'SGD', lr: 1e-3 },
        scheduler: { type: 'ExponentialLR', gamma: 3 },
      },
    });
    const { outcome, models, model, state } = await train(spec, table, watching(), { backend });
    expect(outcome).toBe('diverged');
    expect(models.last).toBeNull();
    expect(models.best?.epoch).toBe(state.best!.epoch);
    expect(Buffer.from(model).equals(models.best!.file)).toBe(true);
    expect(decodeArtifact(model).states.theta!.every(Number.isFinite)).toBe(true);
  });

  it('a metric that is better when higher is monitored upward, by at least min_delta', async () => {
    const { values, state } = await run({
      early_stopping: { monitor: 'val_accuracy', patience: 6, min_delta: 0.04 },
    });
    let [top, at] = [values[0]!.val_accuracy!, 1];
    for (const [i, { val_accuracy }] of values.entries())
      if (val_accuracy! - top > 0.04) [top, at] = [val_accuracy!, i + 1];
    expect(state.best).toMatchObject({ epoch: at, value: top });
    expect(values).toHaveLength(at + 6);
  });

  it('the training loss is monitored if nothing is held out', async () => {
    const { state, values } = await run({
      validation_split: 0,
      epochs: 5,
      early_stopping: { patience: 2 },
    });
    const at = best(values.map(({ train_loss }) => train_loss!));
    expect(state.best).toMatchObject({ epoch: at, value: values[at - 1]!.train_loss });
  });

  it('max_seconds ends the run in time, and keeps its weights', async () => {
    const { outcome, theta, state } = await run({ epochs: 1_000_000, max_seconds: 0.2 });
    expect(outcome).toBe('max_seconds');
    expect(state.seconds).toBeGreaterThanOrEqual(0.2);
    expect(state.step).toBeGreaterThan(0);
    expect(theta.every(Number.isFinite)).toBe(true);
  });

  it('max_seconds includes the time before a pause', async () => {
    const { spec, table } = await smallJob({ training: { epochs: 1_000_000, max_seconds: 60 } });
    const first = await train(spec, table, watching(3), { backend });
    expect(first.outcome).toBe('cancelled');
    const second = await train(spec, table, watching(), {
      backend,
      from: { ...first.state, seconds: first.state.seconds + 60 },
    });
    expect(second.outcome).toBe('max_seconds');
    expect(second.state.seconds).toBeGreaterThan(60);
  });

  it('a checkpoint is written every given number of epochs, names the best epoch, and resumes to the same end', async () => {
    const { spec, table } = await smallJob({
      training: { ...OVERFITTING, epochs: 7, checkpoint: { every_epochs: 2 } },
    });
    const told: (Omit<Checkpoint, 'state'> & { kept: RunState })[] = [];
    const hooks = {
      ...watching(),
      onCheckpoint: async ({ state, ...rest }: Checkpoint) =>
        void told.push({ ...rest, kept: await state() }),
    };
    const whole = await train(spec, table, hooks, { backend });
    expect(told.map(({ epoch, step }) => [epoch, step])).toEqual(
      [2, 4, 6].map((epoch) => [epoch, (epoch * whole.state.step) / 7]),
    );
    for (const { kept, epoch, best } of told) {
      expect(best?.epoch).toBe(kept.best!.epoch);
      expect(best!.epoch).toBeLessThanOrEqual(epoch);
      const resumed = await train(spec, table, watching(), { backend, from: kept });
      if (backend.name === 'wasm') expect(Buffer.from(resumed.model)).toEqual(Buffer.from(whole.model));
    }
  });

  it('starts from the given initial weights', async () => {
    const { spec, table } = await smallJob({
      training: { epochs: 1, optimizer: { type: 'SGD', lr: 0 } },
    });
    const drawn = await train(spec, table, watching(), { backend });
    const theta = drawn.state.states.theta!.map((w) => w * 2);
    const given = await train(spec, table, watching(), { backend, initial: { theta } });
    expect(given.state.states.theta).toEqual(theta);
    const short = train(spec, table, watching(), { backend, initial: { theta: theta.subarray(1) } });
    await expect(short).rejects.toThrow(/initial theta does not hold/);
  });
});
