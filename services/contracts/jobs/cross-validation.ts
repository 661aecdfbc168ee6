// Cross-validation in the API: one job per fold of the dataset, and the mean and deviation over them.

import { z } from 'zod';
import { Interpreted } from '../interpreted.ts';
import { Metrics } from '../numbers.ts';
import { FoldCount } from '../training/folds.ts';
import { JobStatus } from './job.ts';
import { Job, JobRequest } from './job-api.ts';

const folds = FoldCount.describe('Number of folds: each is held out by one of as many jobs');

export const CrossValidationRequest = JobRequest.extend({ folds });
/** As posted: fields with a default may be omitted. */
export type NewCrossValidation = z.input<typeof CrossValidationRequest>;

export const FoldResult = z.object({
  id: z.string().describe('The job that holds out this fold'),
  fold: z.number().int().describe('Counted from 1'),
  status: JobStatus,
  error: Job.shape.error,
  metrics: Metrics.describe('Metrics of the kept weights on the samples of the fold, so far'),
});
export type FoldResult = z.infer<typeof FoldResult>;

export const Spread = z.object({
  mean: z.number(),
  std: z.number().nullable().describe('Standard deviation of a sample (divided by n - 1); null if n is 1'),
});
export type Spread = z.infer<typeof Spread>;

export const CrossValidationStatus = z.enum(['running', 'succeeded', 'failed', 'cancelled']);

export const CrossValidation = z.object({
  object: z.literal('cross_validation'),
  id: z.string(),
  folds,
  status: CrossValidationStatus.describe(
    'running until every job has ended; then succeeded if all did, failed if any failed, else cancelled',
  ),
  jobs: z.array(FoldResult).describe('By fold; fewer than folds if some were deleted'),
  folds_measured: z
    .number()
    .int()
    .describe('The number of folds that metrics summarizes: those that succeeded and were not deleted'),
  metrics: z.record(z.string(), Spread).describe('Over those folds, every value that all of them have'),
  created_at: z.iso.datetime(),
});
export type CrossValidation = z.infer<typeof CrossValidation>;

/** The reply of POST /cross-validations. */
export const CreatedCrossValidation = CrossValidation.extend({ interpreted: Interpreted });
export type CreatedCrossValidation = z.infer<typeof CreatedCrossValidation>;
