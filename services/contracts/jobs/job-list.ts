// Filters and sorting of GET /jobs.

import { z } from 'zod';
import { PageQuery } from '../list.ts';
import { JobStatus } from './job.ts';

const Instant = z.iso.datetime({ offset: true });

export const JobListQuery = z.strictObject({
  ...PageQuery.shape,
  status: z
    .union([JobStatus, z.array(JobStatus)])
    .optional()
    .describe('Only jobs in this state; if repeated, in any of them'),
  name: z.string().min(1).max(200).optional().describe('Only jobs whose name contains this, ignoring case'),
  metadata: z
    .record(z.string(), z.string())
    .optional()
    .describe('Only jobs with this metadata, as `metadata.team=blue`; if repeated, with all of it'),
  dataset: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Only jobs that train on this dataset, or use all of it for validation or test'),
  cross_validation: z.string().min(1).max(100).optional().describe('Only jobs of this cross-validation'),
  created_after: Instant.optional(),
  created_before: Instant.optional(),
  sort: z
    .string()
    .regex(/^-?(created_at|finished_at|best\.[A-Za-z0-9_]+)$/, {
      error:
        'expected created_at, finished_at or best.<metric> (best.val_loss), with - before it for descending',
    })
    .default('-created_at')
    .describe(
      'created_at, finished_at (lists only finished jobs) or best.<metric> (only jobs that measured it); - before it for descending',
    ),
});
export type JobListQuery = z.infer<typeof JobListQuery>;
