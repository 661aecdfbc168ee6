// Which samples training does not learn from, on the wire: those of validation, measured after every epoch, and those of
// the test, measured once at the end.

import { z } from 'zod';
import { FoldRequest, RenderedFold } from './folds.ts';

export const HeldOut = z.strictObject({
  fraction: z
    .number()
    .gt(0, { error: 'must be above 0' })
    .lt(1, { error: 'must be below 1' })
    .optional()
    .describe("Share of the dataset's samples, rounded down"),
  ...FoldRequest,
  by: z
    .enum(['random', 'last', 'column', 'fold'])
    .optional()
    .describe(
      'random (where left out): drawn by the seed; last: those at the end of the dataset, for samples in the order of time; column: those that the split column of the dataset marks; fold: one of several',
    ),
  column: z
    .string()
    .max(200)
    .optional()
    .describe("The split column, by its name: the dataset's own where left out"),
  stratify: z
    .union([z.literal('auto'), z.boolean()])
    .optional()
    .describe(
      'Whether every class has its share among them; auto (where left out): where the targets are classes',
    ),
  dataset: z.string().optional().describe('All samples of this dataset, and none of the own'),
});
export type HeldOut = z.infer<typeof HeldOut>;

/** With every default filled in. */
export const RenderedHeldOut = z.union([
  z.object({
    fraction: z.number(),
    by: z.enum(['random', 'last']),
    // A job says true or false; auto is what its request says.
    stratify: z.union([z.literal('auto'), z.boolean()]),
  }),
  RenderedFold,
  z.object({ by: z.literal('column'), column: z.string().nullable() }),
  z.object({ dataset: z.string() }),
]);
export type RenderedHeldOut = z.infer<typeof RenderedHeldOut>;
