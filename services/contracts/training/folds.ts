// One fold of a dataset, held out by one job of a cross-validation.

import { z } from 'zod';

const whole = { error: 'must be a whole number' };

export const FoldCount = z
  .int(whole)
  .min(2, { error: 'must be at least 2' })
  .max(100, { error: 'must be at most 100' });

export const FoldRequest = {
  fold: z
    .int(whole)
    .min(1, { error: 'the first fold is 1' })
    .optional()
    .describe('Which of the folds is held out, counted from 1'),
  folds: FoldCount.optional().describe(
    'Number of folds, drawn by the seed and, if stratified, by class: jobs with the same seed hold out folds of the same cross-validation',
  ),
};

export const RenderedFold = z.object({
  by: z.literal('fold'),
  fold: z.number().int(),
  folds: z.number().int(),
  stratify: z.union([z.literal('auto'), z.boolean()]),
});
export type RenderedFold = z.infer<typeof RenderedFold>;
