// The progress of a job. GET /jobs/{id} returns all of it; while the job trains, its stream sends it at most twice a second, as a frame
// that is not an event: it has no seq and is not replayed.

import { z } from 'zod';
import { NonFinite } from '../numbers.ts';

export const Progress = z.object({
  epoch: z.number().int().describe('Finished epochs'),
  epochs: z.number().int(),
  step: z.number().int().describe('Optimizer steps done, those of an unfinished epoch included'),
  total_steps: z.number().int(),
  fraction: z.number().min(0).max(1),
  eta_seconds: z.number().nullable(),
  running_loss: z
    .union([z.number(), NonFinite])
    .nullable()
    .describe('Mean loss of the unfinished epoch so far; null between epochs'),
  samples_per_sec: z.number().nullable(),
});
export type Progress = z.infer<typeof Progress>;

export const ProgressFrame = z.object({
  object: z.literal('job.progress'),
  job_id: z.string(),
  seq: z.number().int().describe('seq of the last event before it'),
  attempt: z.number().int(),
  data: Progress,
});
export type ProgressFrame = z.infer<typeof ProgressFrame>;
