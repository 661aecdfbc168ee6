// The reply of POST /jobs/validate: what the job would be.

import { z } from 'zod';
import { Interpreted } from '../interpreted.ts';
import { RenderedPreprocess } from '../training/training.ts';
import { Warning } from '../warnings.ts';
import { JobSpec } from './job-api.ts';

const { model, training, seed, device } = JobSpec.shape;

export const JobReport = z.object({
  object: z.literal('job.report'),
  model,
  training,
  preprocess: RenderedPreprocess,
  seed,
  device,
  parameters: z.number().int(),
  flops: z
    .number()
    .describe(
      'Floating-point operations of the whole job: three times the forward pass per training sample, once per validation or test sample',
    ),
  total_steps: z.number().int().describe('Updates of the weights, over all epochs'),
  samples: z
    .object({ train: z.number().int(), validation: z.number().int(), test: z.number().int() })
    .describe('Samples in each part'),
  warnings: z.array(Warning).describe('Warnings about valid but probably unintended settings'),
  interpreted: Interpreted,
});
export type JobReport = z.infer<typeof JobReport>;
