// The metrics of a job's epochs, at most as many points as requested. Beyond that, neighbouring epochs are merged into buckets with their
// minimum and maximum, so a curve drawn from them hides no spike.

import { z } from 'zod';
import { NonFinite } from '../numbers.ts';

const Value = z.union([z.number(), NonFinite]).nullable().describe('null if not measured');
const Values = z.array(Value);

export const MetricHistoryQuery = z.strictObject({
  max_points: z.coerce.number().int().min(1).max(10_000).default(1_000),
  from_epoch: z.coerce.number().int().min(1).default(1),
  to_epoch: z.coerce.number().int().min(1).optional().describe('The last finished one if omitted'),
});
export type MetricHistoryQuery = z.infer<typeof MetricHistoryQuery>;

export const Series = z.object({
  last: Values.describe("Of the bucket's last epoch"),
  min: Values.optional().describe(
    'Smallest finite value of the bucket; only if a bucket has more than one epoch',
  ),
  max: Values.optional(),
});
export type Series = z.infer<typeof Series>;

export const MetricHistory = z.object({
  object: z.literal('job.metrics'),
  job_id: z.string(),
  epochs: z.number().int().describe('Finished epochs of the job'),
  bucket_epochs: z.number().int().describe('Epochs per bucket; 1 if every epoch is returned'),
  epoch: z.array(z.number().int()).describe('The last epoch of each bucket'),
  series: z
    .record(z.string(), Series)
    .describe(
      'train_loss, val_accuracy, …; also learning_rate, samples_per_sec and seconds (of training so far)',
    ),
});
export type MetricHistory = z.infer<typeof MetricHistory>;
