// What was forgiven in a request: written in another way than the service's own, and read as what it means.

import { z } from 'zod';

export const Interpretation = z.object({
  param: z.string().describe('Path of what was read otherwise, in the words of the request'),
  from: z.unknown().describe('As it was written; null where nothing was'),
  to: z.unknown().describe('As it was read, and is stored'),
});
export type Interpretation = z.infer<typeof Interpretation>;

export const Interpreted = z
  .array(Interpretation)
  .describe('What was written in another way than is stored, and how it was read');
