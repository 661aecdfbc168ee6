// The `training` part of a job in the API. The training module's registries know losses, optimizers, schedulers and metrics; this file has
// what all of them share.

import { z } from 'zod';
import { renderedText, textPreprocess } from '../datasets/text-data.ts';
import { LIMITS } from '../limits.ts';
import { ColumnsPreprocess, RenderedColumn } from './column-preprocess.ts';
import { HeldOut, RenderedHeldOut } from './held-out.ts';
import { ImagesPreprocess, RenderedImages } from './image-preprocess.ts';
import { Component } from './model.ts';
import { RenderedSeries, SeriesRequest } from './series.ts';

const count = (limit: number) =>
  z
    .int({ error: 'must be a whole number' })
    .min(1, { error: 'must be at least 1' })
    .max(limit, { error: `must be at most ${limit}, the limit` });

const ValueName = z.string().min(1).max(100);

export const EarlyStopping = z.strictObject({
  monitor: ValueName.optional().describe(
    'The metric to monitor; val_loss if omitted, train_loss if nothing is held out',
  ),
  patience: count(LIMITS.epochs).default(5).describe('Epochs without improvement before stopping'),
  min_delta: z.number().min(0).default(0).describe('Minimum change that counts as an improvement'),
  mode: z
    .enum(['min', 'max'])
    .optional()
    .describe('Whether lower or higher is better; derived from the monitor if omitted'),
  restore_best: z.boolean().default(true).describe('Serve the weights of the best epoch, not the last'),
});
export type EarlyStopping = z.infer<typeof EarlyStopping>;

export const CheckpointPolicy = z.strictObject({
  every_epochs: count(LIMITS.epochs)
    .default(1)
    .describe(
      'Minimum epochs between checkpoints: they are also some seconds apart, and a job that ends sooner has none',
    ),
  every_seconds: z.number().min(1).default(30).describe('Interval of checkpoints within a longer epoch'),
  keep_last: count(10)
    .default(1)
    .describe(
      'Number of latest checkpoints to keep, even after the end of the job; after a lost worker the job resumes from the last',
    ),
  keep_best: z.int().min(0).max(1).default(1).describe("1: a checkpoint also holds the best epoch's weights"),
});
export type CheckpointPolicy = z.infer<typeof CheckpointPolicy>;

export const TrainingRequest = z.strictObject({
  loss: Component,
  optimizer: Component.default('Adam'),
  scheduler: Component.nullable()
    .default(null)
    .describe('Learning rate schedule, stepped once per epoch unless "interval" is "step"'),
  epochs: count(LIMITS.epochs).default(10),
  batch_size: count(LIMITS.batchSize).default(32),
  shuffle: z.boolean().default(true),
  drop_last: z.boolean().default(false),
  validation_split: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe(
      'Shorthand for a validation of this fraction, not stratified: drawn by the seed, or the last samples if shuffle is false',
    ),
  validation: HeldOut.nullable()
    .default(null)
    .describe('Samples held out of training and measured after every epoch, whatever the value of shuffle'),
  test: HeldOut.nullable()
    .default(null)
    .describe('Samples measured once, at the end, with the kept weights: metrics.test'),
  accumulate_steps: count(LIMITS.batchSize)
    .default(1)
    .describe(
      'Batches whose gradients are averaged for one update, including a remainder at the end of an epoch',
    ),
  clip_grad_norm: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('Maximum L2 norm of the gradient over all parameters: a longer one is scaled down to it'),
  clip_grad_value: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('Maximum absolute value in a gradient, applied after clip_grad_norm'),
  early_stopping: EarlyStopping.nullable().default(null),
  metrics: z
    .array(ValueName)
    .max(100)
    .optional()
    .describe(
      'Measured on training and held-out samples; ["accuracy"] if the loss is a classification loss, else []',
    ),
  restore_best: z
    .boolean()
    .optional()
    .describe(
      'Serve the weights of the best epoch, not the last; if omitted, as set by early_stopping, else false',
    ),
  max_seconds: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('Training stops after this time and keeps its weights'),
  checkpoint: CheckpointPolicy.prefault({}),
  on_nonfinite: z.enum(['stop']).default('stop'),
  precision: z
    .enum(['float32', 'mixed'])
    .default('float32')
    .describe('"mixed" (float16 products) is rejected: no device supports it yet'),
});
export type TrainingRequest = z.infer<typeof TrainingRequest>;

export const RenderedComponent = z.looseObject({ type: z.string() });

/** The training object with every default filled in. */
export const RenderedTraining = z.object({
  loss: RenderedComponent,
  optimizer: RenderedComponent,
  scheduler: RenderedComponent.nullable(),
  epochs: z.number().int(),
  batch_size: z.number().int(),
  shuffle: z.boolean(),
  drop_last: z.boolean(),
  validation_split: z.number(),
  validation: RenderedHeldOut.nullable(),
  test: RenderedHeldOut.nullable(),
  accumulate_steps: z.number().int(),
  clip_grad_norm: z.number().nullable(),
  clip_grad_value: z.number().nullable(),
  early_stopping: z
    .object({
      monitor: z.string(),
      patience: z.number().int(),
      min_delta: z.number(),
      mode: z.enum(['min', 'max']),
      restore_best: z.boolean(),
    })
    .nullable(),
  metrics: z.array(z.string()),
  restore_best: z.boolean().optional(),
  max_seconds: z.number().nullable(),
  checkpoint: z.object({
    every_epochs: z.number().int(),
    every_seconds: z.number().optional(),
    keep_last: z.number().int(),
    keep_best: z.number().int(),
  }),
  on_nonfinite: z.enum(['stop']),
  precision: z.enum(['float32']),
});
export type RenderedTraining = z.infer<typeof RenderedTraining>;

/** Whether the trained model should be that of the best epoch. */
export function restoresBest(training: Pick<RenderedTraining, 'restore_best' | 'early_stopping'>): boolean {
  return training.restore_best ?? training.early_stopping?.restore_best ?? false;
}

/** standardize: (x − mean) / std per feature, fitted on the training rows; scale: x / 255, for images of bytes. */
export const InputPreprocess = z.enum(['standardize', 'scale', 'none']);
export type InputPreprocess = z.infer<typeof InputPreprocess>;

const inputsUsually =
  'If omitted: standardize for CSV datasets, scale (x / 255) for uint8 arrays of [samples, height, width] or more, none for other arrays';

export const PreprocessParts = z.strictObject({
  inputs: InputPreprocess.optional().describe(inputsUsually),
  columns: ColumnsPreprocess.optional().describe('Preprocessing of individual columns, by name'),
  images: ImagesPreprocess.optional().describe('Preprocessing of images, [channels, height, width]'),
  ...textPreprocess,
  series: SeriesRequest.optional().describe(
    'A time series: training samples are windows of consecutive rows',
  ),
  target: z
    .enum(['auto', 'standardize', 'none'])
    .default('auto')
    .describe(
      'standardize: (y − mean) / std inside training, fitted on the training rows; predict and the metrics are in the units of the data, the loss is not. auto: standardize for regression losses, unless the model ends in a layer with bounded output or an argument of the loss is in those units',
    ),
});

/** A name alone applies to the inputs; "none" also leaves the targets unscaled. */
export const Preprocess = z.union([InputPreprocess, PreprocessParts]);
export type Preprocess = z.infer<typeof Preprocess>;

export const RenderedPreprocess = z.object({
  inputs: InputPreprocess,
  columns: z
    .record(z.string(), RenderedColumn)
    .optional()
    .describe('For each column of a table, if not all are numbers or if the job configures one'),
  images: RenderedImages.optional().describe('If the job configures images'),
  ...renderedText,
  series: RenderedSeries.optional(),
  target: z.enum(['standardize', 'none']),
});
export type RenderedPreprocess = z.infer<typeof RenderedPreprocess>;

/** As stored in a job: jobs older than target scaling have a name alone, which applies to the inputs. */
export const KeptPreprocess = z.union([InputPreprocess, RenderedPreprocess]);

export function preprocessOf(kept: z.infer<typeof KeptPreprocess>): RenderedPreprocess {
  return typeof kept === 'string' ? { inputs: kept, target: 'none' } : kept;
}
