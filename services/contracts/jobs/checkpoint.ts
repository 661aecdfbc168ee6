// Checkpoints and kept weights in the API.

import { z } from 'zod';
import { Metrics, NonFiniteMetrics } from '../numbers.ts';

/** The point in training that a job's weights are from. */
export const Place = z.object({
  epoch: z.number().int().describe('Finished epochs'),
  step: z.number().int().describe('Optimizer steps since the start of the job'),
});
export type Place = z.infer<typeof Place>;

/** Which of a job's weights: those from the end of training, or those of the best epoch. */
export const Which = z.enum(['last', 'best']);
export type Which = z.infer<typeof Which>;

export const WhichQuery = z.strictObject({
  which: Which.optional().describe(
    'The last weights or those of the best epoch; if omitted, those named by the job in `weights.serving`',
  ),
});

export const KeptWeights = z.object({
  last: Place.nullable(),
  best: Place.nullable().describe('Chosen by early_stopping.monitor, else val_loss, else train_loss'),
  serving: Which.nullable().describe(
    'The weights that predict and download use; best if the job restores the best epoch, null before there are any',
  ),
});
export type KeptWeights = z.infer<typeof KeptWeights>;

export const Checkpoint = z.object({
  object: z.literal('checkpoint'),
  id: z.string(),
  job_id: z.string(),
  attempt: z.number().int(),
  ...Place.shape,
  created_at: z.iso.datetime(),
  bytes: z.number().int(),
  metrics: Metrics.describe('Of the last finished epoch'),
  nonfinite: NonFiniteMetrics,
  best: z.boolean().describe("Whether its weights are the best epoch's"),
  best_epoch: z.number().int().nullable().describe('The epoch whose weights it holds as the best ones'),
  last: z.boolean().describe('Whether the job would resume from it'),
});
export type Checkpoint = z.infer<typeof Checkpoint>;
