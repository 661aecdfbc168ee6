// Clipping, accumulation and schedules, against the loop that a torch user writes. Losses and weights within 1e-4 after all steps, learning
// rates to the last digit.

import { describe, expect, it } from 'vitest';
import { readModel } from '#training/model/model.ts';
import { layoutOf } from '#training/model/network.ts';
import { decodeArtifact } from '#training/run/artifact.ts';
import { fit as train } from '#training/run/fit.ts';
import { backends } from '../backends.ts';
import { expectClose, fixture } from '../fixture.ts';
import { smallJob, watching } from '../job.ts';

interface Fixture {
  inputs: number[][];
  targets: number[][];
  start: Record<string, number[]>;
  epochs: number;
  batch_size: number;
  cases: {
    torch: string;
    training: object;
    losses: number[];
    rates: number[];
    end: Record<string, number[]>;
  }[];
}

const { inputs, targets, start, epochs, batch_size, cases } = fixture<Fixture>('control');
const LAYERS = [{ type: 'Linear', out_features: 5 }, 'Tanh', { type: 'Linear', out_features: 1 }];

describe.each(backends)('on %s', (_, backend) => {
  it.each(cases.map((each) => [each.torch, each] as const))('%s', async (_, each) => {
    const { spec, table } = await smallJob(
      {
        preprocess: 'none',
        model: { layers: LAYERS },
        training: {
          loss: 'MSELoss',
          optimizer: { type: 'SGD', lr: 0.02, momentum: 0.9 },
          epochs,
          batch_size,
          shuffle: false,
          validation_split: 0,
          ...each.training,
        },
      },
      { inputs, targets },
    );
    const { theta: layout } = layoutOf(readModel(spec.model, 'model').value!);
    const theta = new Float32Array(layout.size);
    for (const { key, offset } of layout.slots) theta.set(start[key]!, offset);
    const hooks = watching();
    const result = await train(spec, table, hooks, { backend, initial: { theta } });
    expect(result.outcome).toBe('completed');
    const losses = hooks.reports.map(({ values }) => values.train_loss!);
    expectClose(losses, each.losses, 1e-4);
    for (const [epoch, { learning_rate }] of hooks.reports.entries()) {
      expect(Math.abs(learning_rate / each.rates[epoch]! - 1)).toBeLessThan(1e-9);
    }
    const end = decodeArtifact(result.model);
    for (const { key, offset } of end.layout.theta.slots) {
      const expected = each.end[key]!;
      expectClose(end.states.theta!.subarray(offset, offset + expected.length), expected, 1e-4);
    }
  });
});

it('each case trains to different weights', () => {
  const ends = new Set(cases.map(({ end }) => JSON.stringify(end)));
  expect(ends.size).toBe(cases.length);
});
