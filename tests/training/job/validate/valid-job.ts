// A job that is valid as it stands, over a dataset of four features and three classes, and the problems found in a variation of it.

import { expect } from 'vitest';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { validateJob } from '#training/job/validate.ts';

export const MODEL = {
  name: 'MyFirstNN',
  input: { shape: [4] },
  layers: [
    { name: 'fc1', type: 'Linear', out_features: 8 },
    { type: 'ReLU' },
    { name: 'fc2', type: 'Linear', in_features: 8, out_features: 3 },
  ],
};
export const INFO: DatasetInfo = {
  source: 'csv',
  samples: 50,
  input_shape: [4],
  input_range: { min: 0, max: 1, integral: false },
  features: ['a', 'b', 'c', 'd'],
  target: {
    name: 'kind',
    kind: 'classes',
    shape: [],
    labels: ['x', 'y', 'z'],
    min: 0,
    max: 2,
    integral: true,
  },
};
export const JOB = { model: MODEL, dataset: 'ds_1', training: { loss: 'CrossEntropyLoss' } };

/** Each problem as `param: message`. */
export const problems = async (body: unknown, info: DatasetInfo | null = INFO) => {
  const verdict = await validateJob(body, async (id) => (id === 'ds_1' ? info : null));
  expect(verdict.job === null).toBe(verdict.details.length > 0);
  return verdict.details.map(({ param, message }) => `${param}: ${message}`);
};
export const layersProblems = (...layers: unknown[]) => problems({ ...JOB, model: { ...MODEL, layers } });
export const model = (output: number) => ({
  ...MODEL,
  layers: [{ type: 'Linear', out_features: output }],
});
/** The dataset with a target of numbers. */
export const numbers = (target: Partial<DatasetInfo['target']>): DatasetInfo => ({
  ...INFO,
  target: { name: 'y', kind: 'numbers', shape: [], labels: null, min: 0, max: 2, integral: true, ...target },
});
