// Targets of more than one column.

import { z } from 'zod';

export const TargetColumns = z
  .array(z.string())
  .optional()
  .describe(
    'What the numbers along the last dimension of a target are called, where they have names of their own',
  );

/** What a prediction says of several targets, beside its output. */
export const NamedTargets = {
  values: z
    .record(z.string(), z.number())
    .optional()
    .describe('Of several targets by their names: the number of each, or how likely a yes is'),
  labels: z
    .array(z.string())
    .optional()
    .describe('Of several yes or no: the names of those that are likelier than not'),
};
