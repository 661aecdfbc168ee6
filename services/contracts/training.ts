// How to train, on the wire. Losses, optimizers, schedulers and metrics are known to the training module's registries;
// here stands what all of them share.

import { z } from 'zod';
import { ColumnsPreprocess, RenderedColumn } from './column-preprocess.ts';
import { HeldOut, RenderedHeldOut } from './held-out.ts';
import { ImagesPreprocess, RenderedImages } from './image-preprocess.ts';
import { LIMITS } from './limits.ts';
import { Component } from './model.ts';
import { RenderedSeries, SeriesRequest } from './series.ts';
import { renderedText, textPreprocess } from './text-data.ts';

const count = (limit: number) =>
  z
    .int({ error: 'must be a whole number' })
    .min(1, { error: 'must be at least 1' })
    .max(limit, { error: `must be at most ${limit}, the limit` });

const ValueName = z.string().min(1).max(100);

export const EarlyStopping = z.strictObject({
  monitor: ValueName.optional().describe(
    'A value of the reports; val_loss where left out, train_loss where nothing is held out',
  ),
  patience: count(LIMITS.epochs).default(5).describe('Epochs without a better value before it stops'),
  min_delta: z.number().min(0).default(0).describe('How much better than the best counts as better'),
  mode: z
    .enum(['min', 'max'])
    .optional()
    .describe('Whether less is better, or more; known by the monitor where left out'),
  restore_best: z.boolean().default(true).describe("The trained model is the best epoch's, not the last"),
});
export type EarlyStopping = z.infer<typeof EarlyStopping>;

export const CheckpointPolicy = z.strictObject({
  every_epochs: count(LIMITS.epochs)
    .default(1)
    .describe(
      'Epochs from one checkpoint to the next, at least: they are also some seconds apart, and a job that ends sooner has none',
    ),
  every_seconds: z
    .number()
    .min(1)
    .default(30)
    .describe('Within an epoch that lasts longer, a checkpoint is written so often'),
  keep_last: count(10)
    .default(1)
    .describe(
      'How many of the latest are kept, also after the end of the job; one whose worker was lost goes on from the last',
    ),
  keep_best: z
    .int()
    .min(0)
    .max(1)
    .default(1)
    .describe("1: a checkpoint holds the best epoch's weights as well"),
});
export type CheckpointPolicy = z.infer<typeof CheckpointPolicy>;

export const TrainingRequest = z.strictObject({
  loss: Component,
  optimizer: Component.default('Adam'),
  scheduler: Component.nullable()
    .default(null)
    .describe('How the learning rate changes, stepped once an epoch unless "interval" is "step"'),
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
      'Short for a validation of this fraction, without strata: drawn by the seed, or the last ones where shuffle is false',
    ),
  validation: HeldOut.nullable()
    .default(null)
    .describe('Samples that are not learned from and measured after every epoch, whatever shuffle says'),
  test: HeldOut.nullable()
    .default(null)
    .describe('Samples that are measured once, at the end, with the weights that are kept: metrics.test'),
  accumulate_steps: count(LIMITS.batchSize)
    .default(1)
    .describe('Batches whose gradients are averaged for one update; what is left at the end of an epoch too'),
  clip_grad_norm: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('The longest gradient, all parameters together (L2): a longer one is scaled down to it'),
  clip_grad_value: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('The largest number in a gradient, after clip_grad_norm'),
  early_stopping: EarlyStopping.nullable().default(null),
  metrics: z
    .array(ValueName)
    .max(100)
    .optional()
    .describe(
      'Measured on training and held-out samples; ["accuracy"] where the loss is a classification, else []',
    ),
  restore_best: z
    .boolean()
    .optional()
    .describe(
      "The trained model is the best epoch's, not the last; where left out, what early_stopping says, or else false",
    ),
  max_seconds: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('Training stops after this time, and keeps what it has learned'),
  checkpoint: CheckpointPolicy.prefault({}),
  on_nonfinite: z.enum(['stop']).default('stop'),
  precision: z
    .enum(['float32', 'mixed'])
    .default('float32')
    .describe('"mixed" (products of float16) is refused with the reason: no device computes in it yet'),
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

/** Whether the trained model is to be the best epoch's. */
export function restoresBest(training: Pick<RenderedTraining, 'restore_best' | 'early_stopping'>): boolean {
  return training.restore_best ?? training.early_stopping?.restore_best ?? false;
}

/** standardize: (x − mean) / std per feature, fitted on the training rows; scale: x / 255, for images of bytes. */
export const InputPreprocess = z.enum(['standardize', 'scale', 'none']);
export type InputPreprocess = z.infer<typeof InputPreprocess>;

const inputsUsually =
  'Where left out: standardize for CSV datasets, scale (x / 255) for uint8 arrays of [samples, height, width] or more, none for other arrays';

export const PreprocessParts = z.strictObject({
  inputs: InputPreprocess.optional().describe(inputsUsually),
  columns: ColumnsPreprocess.optional().describe('What is done to single columns of a table, by their names'),
  images: ImagesPreprocess.optional().describe('What is done to images, [channels, height, width]'),
  ...textPreprocess,
  series: SeriesRequest.optional().describe('Rows in the order of time, learned from in windows'),
  target: z
    .enum(['auto', 'standardize', 'none'])
    .default('auto')
    .describe(
      'standardize: (y − mean) / std inside training, fitted on the training rows; predict and the metrics are in the units of the data, the loss is not. auto: so for losses that compare numbers, unless the model ends in a layer whose output is bounded or an argument of the loss is in those units',
    ),
});

/** A name alone is that of the inputs; "none" leaves the targets alone as well. */
export const Preprocess = z.union([InputPreprocess, PreprocessParts]);
export type Preprocess = z.infer<typeof Preprocess>;

export const RenderedPreprocess = z.object({
  inputs: InputPreprocess,
  columns: z
    .record(z.string(), RenderedColumn)
    .optional()
    .describe('Of every column of a table in which not all are numbers, or where the job says it of one'),
  images: RenderedImages.optional().describe('Where the job says anything of images'),
  ...renderedText,
  series: RenderedSeries.optional(),
  target: z.enum(['standardize', 'none']),
});
export type RenderedPreprocess = z.infer<typeof RenderedPreprocess>;

/** As a job keeps it: those of before targets were scaled have a name alone, that of the inputs. */
export const KeptPreprocess = z.union([InputPreprocess, RenderedPreprocess]);

export function preprocessOf(kept: z.infer<typeof KeptPreprocess>): RenderedPreprocess {
  return typeof kept === 'string' ? { inputs: kept, target: 'none' } : kept;
}
