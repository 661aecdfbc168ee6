// Held-out samples in the API: those of validation, measured after every epoch, and those of the test, measured once at the end.

import { z } from 'zod';
import { FoldRequest, RenderedFold } from './folds.ts';

export const HeldOut = z.strictObject({
  fraction: z
    .number()
    .gt(0, { error: 'must be above 0' })
    .lt(1, { error: 'must be below 1' })
    .optional()
    .describe("Fraction of the dataset's samples, rounded down"),
  ...FoldRequest,
  by: z
    .enum(['random', 'last', 'column', 'fold'])
    .optional()
    .describe(
      "random (the default): drawn by the seed; last: the end of the dataset, for samples ordered by time; column: those marked by the dataset's split column; fold: one of several",
    ),
  column: z.string().max(200).optional().describe("Name of the split column; the dataset's own if omitted"),
  stratify: z
    .union([z.literal('auto'), z.boolean()])
    .optional()
    .describe('Whether to preserve class proportions; auto (the default): if the targets are classes'),
  dataset: z.string().optional().describe("All samples of this dataset, and none of the job's own"),
});
export type HeldOut = z.infer<typeof HeldOut>;

/** With every default filled in. */
export const RenderedHeldOut = z.union([
  z.object({
    fraction: z.number(),
    by: z.enum(['random', 'last']),
    // A job has true or false; only its request may say auto.
    stratify: z.union([z.literal('auto'), z.boolean()]),
  }),
  RenderedFold,
  z.object({ by: z.literal('column'), column: z.string().nullable() }),
  z.object({ dataset: z.string() }),
]);
export type RenderedHeldOut = z.infer<typeof RenderedHeldOut>;
