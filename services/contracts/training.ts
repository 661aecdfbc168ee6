// How to train, on the wire. Losses and optimizers are components: which exist is known to the training room.

import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { Component } from './model.ts';

const MetricName = z.enum(['accuracy']);

const count = (limit: number) =>
  z
    .int({ error: 'must be a whole number' })
    .min(1, { error: 'must be at least 1' })
    .max(limit, { error: `must be at most ${limit}, the limit` });

export const TrainingRequest = z.strictObject({
  loss: Component,
  optimizer: Component.default('Adam'),
  epochs: count(LIMITS.epochs).default(10),
  batch_size: count(LIMITS.batchSize).default(32),
  shuffle: z.boolean().default(true),
  drop_last: z.boolean().default(false),
  validation_split: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Share of the samples held out; drawn by the seed, or the last ones where shuffle is false'),
  metrics: z
    .array(MetricName)
    .optional()
    .describe('["accuracy"] where the loss is a classification, else []'),
  on_nonfinite: z.enum(['stop']).default('stop'),
});
export type TrainingRequest = z.infer<typeof TrainingRequest>;

export const RenderedComponent = z.looseObject({ type: z.string() });

/** The training object with every default filled in. */
export const RenderedTraining = z.object({
  loss: RenderedComponent,
  optimizer: RenderedComponent,
  epochs: z.number().int(),
  batch_size: z.number().int(),
  shuffle: z.boolean(),
  drop_last: z.boolean(),
  validation_split: z.number(),
  metrics: z.array(MetricName),
  on_nonfinite: z.enum(['stop']),
});
export type RenderedTraining = z.infer<typeof RenderedTraining>;

/** standardize: (x − mean) / std per feature, fitted on the training rows. */
export const Preprocess = z.enum(['standardize', 'none']);
export type Preprocess = z.infer<typeof Preprocess>;
