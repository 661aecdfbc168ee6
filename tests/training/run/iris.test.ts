// A real dataset from CSV to a prediction: the accuracy that a small network reaches on held-out irises.

import { createReadStream, existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reference } from '#engine/backends/reference/reference.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { validateJob } from '#training/job/validate.ts';
import { loadPredictor } from '#training/predict.ts';
import { fit as train } from '#training/run/fit.ts';
import { watching } from '../job.ts';

const IRIS = '../shared/data/iris.csv';
describe.skipIf(!existsSync(IRIS))(`iris (${IRIS})`, () => {
  // Whole jobs on the software GPU take long; trajectory.test.ts has its training steps.
  it.each([reference, wasm].map((backend) => [backend.name, backend] as const))(
    'reaches an accuracy of 0.95 on held-out flowers on %s, and predicts a setosa',
    async (_, backend) => {
      const { info, table } = await readCsv(createReadStream(IRIS), { target: 'species' });
      for (const seed of [0, 1, 2]) {
        const { job } = await validateJob(
          {
            model: {
              input: { shape: [4] },
              layers: [{ type: 'Linear', out_features: 16 }, 'ReLU', { type: 'Linear', out_features: 3 }],
            },
            dataset: 'ds_',
            training: {
              loss: 'CrossEntropyLoss',
              optimizer: { type: 'Adam', lr: 0.02 },
              epochs: 40,
              batch_size: 16,
              validation_split: 0.2,
            },
            seed,
          },
          async () => info,
        );
        const hooks = watching();
        const { model } = await train({ ...job!.spec, dataset: 'ds_' }, table, hooks, { backend });
        const last = hooks.reports.at(-1)!.values;
        expect(last.val_accuracy).toBeGreaterThanOrEqual(0.9);
        if (seed === 0) expect(last.val_accuracy).toBeGreaterThanOrEqual(0.95);
        const [prediction] = await (await loadPredictor(model, backend)).predict({
          records: [{ sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 }],
        });
        expect(prediction!.label).toBe('setosa');
      }
    },
  );
});
