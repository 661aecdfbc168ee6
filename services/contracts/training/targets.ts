// Targets of more than one column.

import { z } from 'zod';

export const TargetColumns = z
  .array(z.string())
  .optional()
  .describe('Names of the elements along the last dimension of a target, if they have names');

/** What a prediction of several targets has besides its output. */
export const NamedTargets = {
  values: z
    .record(z.string(), z.number())
    .optional()
    .describe('For several targets, by name: the value of each, or its probability if boolean'),
  labels: z
    .array(z.string())
    .optional()
    .describe('For several booleans: the names of those with probability above one half'),
};
