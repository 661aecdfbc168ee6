// Jobs in the API: the request, the job object, predictions.

import { z } from 'zod';
import { InlineDataset, NestedNumbers, Rows } from '../datasets/dataset.ts';
import { Device, ResumeOn } from '../device.ts';
import { Interpreted } from '../interpreted.ts';
import { ConfusionMatrix, Metrics, NonFiniteMetrics } from '../numbers.ts';
import { Priority } from '../priority.ts';
import { Metadata, Name } from '../text.ts';
import { ModelRequest, RenderedModel } from '../training/model.ts';
import { Forecasted } from '../training/series.ts';
import { NamedTargets } from '../training/targets.ts';
import {
  KeptPreprocess,
  Preprocess,
  RenderedPreprocess,
  RenderedTraining,
  TrainingRequest,
} from '../training/training.ts';
import { Warning } from '../warnings.ts';
import { KeptWeights } from './checkpoint.ts';
import { JobStatus, StopReason } from './job.ts';
import { Progress } from './progress.ts';

/** Up to the largest integer that JSON and a double represent exactly. */
export const Seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** The model of a job, whose input is determined by the dataset. */
export const JobModel = ModelRequest.extend({
  input: ModelRequest.shape.input.optional().describe('Taken from the dataset if omitted'),
});

export const JobRequest = z.strictObject({
  name: Name.optional(),
  model: JobModel,
  dataset: z.union([z.string(), InlineDataset]).describe('A dataset id, or a dataset as JSON arrays'),
  training: TrainingRequest,
  preprocess: Preprocess.optional().describe(
    'Preprocessing of inputs and targets. A bare name applies to the inputs; "none" also leaves the targets unchanged',
  ),
  seed: Seed.default(0),
  device: Device.default('auto').describe(
    'auto: a GPU if the worker has a real one and it measures faster; webgpu: requires a GPU',
  ),
  resume_on: ResumeOn.default('same').describe(
    'Whether a job may resume from its checkpoint on another kind of device, with different bits',
  ),
  priority: Priority.default(0).describe(
    'Higher priorities run first; among equals, jobs of the tenant with the fewest running jobs, then the oldest',
  ),
  metadata: Metadata.default({}),
});
export type JobRequest = z.infer<typeof JobRequest>;
/** As posted: fields with a default may be omitted. */
export type NewJob = z.input<typeof JobRequest>;

/** Everything a trainer needs to run a job, except the dataset's bytes. Stored with the job and never changed. */
export const JobSpec = z.object({
  model: RenderedModel,
  dataset: z.string(),
  training: RenderedTraining,
  preprocess: KeptPreprocess,
  seed: Seed,
  device: Device,
  resume_on: ResumeOn.default('same'),
});
export type JobSpec = z.infer<typeof JobSpec>;

const Measured = z.object({
  epoch: z.number().int(),
  metrics: Metrics,
  nonfinite: NonFiniteMetrics,
  confusion_matrix: z
    .object({ train: ConfusionMatrix, val: ConfusionMatrix, test: ConfusionMatrix })
    .partial()
    .optional()
    .describe('If the job requests this metric: [actual class][predicted class], in samples; not in lists'),
});

export const Job = z.object({
  id: z.string(),
  object: z.literal('job'),
  name: z.string().nullable(),
  status: JobStatus,
  terminal: z.boolean(),
  stop_reason: StopReason.nullable(),
  error: z.object({ code: StopReason, message: z.string() }).nullable(),
  ...JobSpec.shape,
  preprocess: RenderedPreprocess,
  cross_validation: z
    .string()
    .nullable()
    .describe('Id of the cross-validation that it belongs to; null if none'),
  priority: z.number().int(),
  parameters: z.number().int(),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  queue_position: z.number().int().nullable().describe('1 is next; null if not queued'),
  estimated_start: z.iso
    .datetime()
    .nullable()
    .describe('From the expected ends of the running jobs; null if not queued or unknown'),
  progress: Progress,
  metrics: z.object({
    latest: Measured.nullable(),
    best: Measured.nullable(),
    test: Measured.nullable().describe(
      'For the samples of training.test, measured once with the kept weights',
    ),
  }),
  warnings: z
    .array(Warning)
    .describe('Warnings about valid but probably unintended settings; each is also a log event'),
  weights: KeptWeights.describe('Weights stored so far; they are kept however the job ends'),
  attempt: z.number().int(),
  last_seq: z.number().int(),
  fingerprint: z
    .string()
    .nullable()
    .describe('Fingerprint of device kind and program: equal fingerprints and seeds give equal bits'),
  metadata: Metadata,
  urls: z.object({
    self: z.string(),
    events: z.string(),
    stream: z.string(),
    predict: z.string(),
    weights: z.string(),
    checkpoints: z.string(),
    metrics: z.string(),
  }),
});
export type Job = z.infer<typeof Job>;

/** The reply of POST /jobs. */
export const CreatedJob = Job.extend({ interpreted: Interpreted });
export type CreatedJob = z.infer<typeof CreatedJob>;

export const PredictRequest = z
  .strictObject({
    inputs: Rows.optional().describe('[rows, …input shape]'),
    records: z.array(z.record(z.string(), z.unknown())).optional().describe('Rows by column name'),
  })
  .describe('Exactly one of inputs and records');
export type PredictRequest = z.infer<typeof PredictRequest>;

export const Prediction = z.object({
  output: NestedNumbers.optional().describe("The network's output for this row: logits for a classifier"),
  class: z
    .union([z.int(), z.array(NestedNumbers)])
    .optional()
    .describe('The most likely class; for an output [classes, …positions], one per position'),
  label: z.string().optional(),
  probabilities: z
    .array(NestedNumbers)
    .optional()
    .describe('In the shape of the output; for a single binary output, those of both answers'),
  ...NamedTargets,
  ...Forecasted,
  nonfinite: z.boolean().optional().describe('True if the output contains NaN or Infinity, given as strings'),
});

export type Prediction = z.infer<typeof Prediction>;

/** Parts of a prediction that can be requested on their own. */
export const PredictionPart = z.enum(['labels', 'probabilities', 'output']);
export type PredictionPart = z.infer<typeof PredictionPart>;

export const PredictQuery = z.strictObject({
  return: PredictionPart.optional().describe(
    'Return only this: labels (the class and its label), probabilities or output. If omitted, everything',
  ),
});

export const PredictReply = z.object({
  object: z.literal('prediction'),
  job_id: z.string(),
  predictions: z.array(Prediction),
  warnings: z
    .array(Warning)
    .optional()
    .describe('Inputs far from the training data; in replies other than JSON, in the header x-warnings'),
});
export type PredictReply = z.infer<typeof PredictReply>;
