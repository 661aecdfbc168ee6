// Validating the dataset: it exists, has as many features as the model's input, and holds only numbers.

import { describe, expect, it } from 'vitest';
import { JOB, MODEL, problems } from './valid-job.ts';

describe('a dataset', () => {
  it('must exist', async () => {
    expect(await problems({ ...JOB, dataset: 'ds_7' })).toEqual(['dataset: there is no dataset "ds_7"']);
  });

  it('must have as many features as the model’s input', async () => {
    expect(await problems({ ...JOB, model: { ...MODEL, input: { shape: [5] } } })).toEqual([
      "model.input.shape: [5] given, but the dataset's samples are [4] (4 feature columns)",
    ]);
  });

  it('posted inline has its invalid numbers reported together with all other problems', async () => {
    const found = await problems({
      ...JOB,
      training: { loss: 'nope' },
      dataset: { inputs: [[1, null, 3, 4]], targets: [0] },
    });
    expect(found.map((text) => text.split(':')[0])).toEqual(['dataset.inputs[0][1]', 'training.loss']);
  });
});
