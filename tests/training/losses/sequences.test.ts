// A class for every position, some of them ignored: from the posted arrays to the predictions.

import { describe, expect, it } from 'vitest';
import { loadPredictor } from '#training/predict.ts';
import { fit as train } from '#training/run/fit.ts';
import { backends } from '../backends.ts';
import { smallJob, watching } from '../job.ts';

const STEPS = 5;
const IGNORED = -100;

/** Whether each number is larger than the one before it; the first has no predecessor. */
function rises(count: number) {
  const inputs = Array.from({ length: count }, (_, i) =>
    Array.from({ length: STEPS }, (_, t) => [Math.sin(i * 7.31 + t * 2.17 + ((i * t) % 3))]),
  );
  const targets = inputs.map((row) =>
    row.map(([x], t) => (t === 0 ? IGNORED : Number(x! > row[t - 1]![0]!))),
  );
  return { inputs, targets };
}

const layers = [
  { type: 'GRU', hidden_size: 8, return: 'sequence' },
  { type: 'Linear', out_features: 2 },
  { type: 'Permute', dims: [0, 2, 1] },
];

describe.each(backends)('one class per position on %s', (_, backend) => {
  it('is learned, and ignored positions count toward neither loss nor accuracy', async () => {
    const data = rises(40);
    const { spec, table } = await smallJob(
      {
        model: { layers },
        training: { optimizer: { type: 'SGD', lr: 0 }, epochs: 1, validation_split: 0, batch_size: 40 },
      },
      data,
    );
    const hooks = watching();
    const { model } = await train(spec, table, hooks, { backend });
    const { train_loss, train_accuracy } = hooks.reports[0]!.values;

    // The same loss and accuracy, computed from the predictions.
    const said = await (await loadPredictor(model, backend)).predict({ inputs: data.inputs });
    let [loss, right, counted] = [0, 0, 0];
    for (const [i, { class: classes, probabilities }] of said.entries()) {
      expect(classes).toHaveLength(STEPS);
      for (const [t, target] of data.targets[i]!.entries()) {
        if (target === IGNORED) continue;
        loss -= Math.log((probabilities as number[][])[target]![t]!);
        right += Number((classes as number[])[t] === target);
        counted += 1;
      }
    }
    expect(train_loss).toBeCloseTo(loss / counted, 5);
    expect(train_accuracy).toBeCloseTo(right / counted, 6);
  });
});

it('tells rising from falling sequences', async () => {
  const { spec, table } = await smallJob(
    { model: { layers }, training: { optimizer: { type: 'Adam', lr: 0.02 }, epochs: 60 } },
    rises(120),
  );
  const hooks = watching();
  await train(spec, table, hooks);
  expect(hooks.reports.at(-1)!.values.val_accuracy).toBeGreaterThan(0.95);
});
