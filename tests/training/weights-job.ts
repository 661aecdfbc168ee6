// The network of tests/fixtures/make_weights.py as a job that starts from torch's file, and its training data.

import { readFileSync } from 'node:fs';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { decodeSafetensors } from '#training/model/safetensors.ts';
import { initialStates } from '#training/model/weights.ts';
import { type FitResult, fit as fitModel } from '#training/run/fit.ts';
import { smallJob, watching } from './job.ts';

export const MODEL = {
  input: { shape: [5] },
  layers: [
    { type: 'Linear', name: 'fc1', out_features: 7 },
    { type: 'BatchNorm1d', name: 'norm' },
    { type: 'Tanh', name: 'act' },
    { type: 'Linear', name: 'fc2', out_features: 3 },
  ],
};

const DATA = {
  inputs: Array.from({ length: 12 }, (_, i) => [0, 1, 2, 3, 4].map((j) => Math.sin(7 * i + j))),
  targets: Array.from({ length: 12 }, (_, i) => i % 3),
};

export const weightsFile = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/${name}.safetensors`, import.meta.url));

export async function weightsJob(lr: number): Promise<JobSpec> {
  const training = { epochs: 2, batch_size: 4, validation_split: 0, optimizer: { type: 'SGD', lr } };
  return (await smallJob({ model: MODEL, training }, DATA)).spec;
}

export const weightsTable = () => readInline(DATA).table;

/** Trains starting from the tensors of a file. */
export async function trainFrom(file: Uint8Array, lr: number): Promise<FitResult> {
  const spec = await weightsJob(lr);
  const initial = initialStates(spec.model, decodeSafetensors(file).tensors);
  return fitModel(spec, weightsTable(), watching(), { initial });
}
