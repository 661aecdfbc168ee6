// Small, valid, generic jobs and datasets for a store.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { newId } from '#contracts/ids.ts';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import type { JobEnd, JobRecord, NewDataset, NewJob, Store } from '#store/store.ts';

const info: DatasetInfo = {
  source: 'inline',
  samples: 4,
  input_shape: [2],
  input_range: { min: 0, max: 1, integral: false },
  features: null,
  target: { name: null, kind: 'classes', shape: [], labels: null, min: 0, max: 1, integral: true },
};

export function newDataset(change: Partial<NewDataset> = {}): NewDataset {
  const preview = { columns: ['a', 'b', 'target'], rows: [[1, 2, 0]] };
  const table = Buffer.from('the table');
  return { id: newId('dataset'), name: 'points', info, preview, table, ...change };
}

export function newSpec(dataset: string): JobSpec {
  return {
    model: {
      name: 'Model',
      input: { shape: [2], dtype: 'float32' },
      layers: [{ type: 'Linear', name: 'layer1', in_features: 2, out_features: 2, bias: true }],
    },
    dataset,
    training: {
      loss: { type: 'CrossEntropyLoss' },
      optimizer: { type: 'SGD', lr: 0.1 },
      scheduler: null,
      epochs: 3,
      batch_size: 2,
      shuffle: true,
      drop_last: false,
      validation_split: 0,
      validation: null,
      test: null,
      accumulate_steps: 1,
      clip_grad_norm: null,
      clip_grad_value: null,
      early_stopping: null,
      metrics: ['accuracy'],
      max_seconds: null,
      checkpoint: { every_epochs: 1, keep_last: 2, keep_best: 1 },
      on_nonfinite: 'stop',
      precision: 'float32',
    },
    preprocess: 'none',
    seed: 7,
    device: 'auto',
    resume_on: 'same',
  };
}

/** A job with its own dataset. */
export function newJob(change: Partial<NewJob> = {}): NewJob {
  const dataset = newDataset();
  return {
    id: newId('job'),
    name: 'first',
    spec: newSpec(dataset.id),
    parameters: 6,
    totalSteps: 6,
    metadata: { team: 'blue' },
    dataset,
    ...change,
  };
}

export function createJob(store: Store, change: Partial<NewJob> = {}): Promise<JobRecord> {
  return store.jobs.create(newJob(change));
}

/** All bytes of an artifact. */
export async function bytesOf(store: Store, artifact: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of store.artifacts.read(artifact)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The result of a job that succeeded: the weights of its last epoch. */
export function trained(file: string | Uint8Array, epoch = 1): Pick<JobEnd, 'models'> {
  return { models: { last: { epoch, step: epoch, file: Buffer.from(file as Uint8Array) }, best: null } };
}
