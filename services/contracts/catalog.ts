// The catalogue in the API: what a model and its training can be made of.

import { z } from 'zod';

export const CatalogKind = z.enum([
  'layers',
  'losses',
  'optimizers',
  'schedulers',
  'metrics',
  'augmentations',
]);
export type CatalogKind = z.infer<typeof CatalogKind>;

export const CatalogEntry = z.object({
  object: z.literal('component'),
  type: z.string().describe("The class name, torch's where torch has it"),
  help: z.string(),
  schema: z
    .record(z.string(), z.unknown())
    .describe('JSON Schema of the request value: arguments, bounds and defaults; a metric is only its name'),
});
export type CatalogEntry = z.infer<typeof CatalogEntry>;
