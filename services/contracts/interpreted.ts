// Spellings that a request was forgiven: another library's name or form, and how it was understood.

import { z } from 'zod';

export const Interpretation = z.object({
  param: z.string().describe('Path of the value in the request'),
  from: z.unknown().describe('Value in the request; null if absent'),
  to: z.unknown().describe('Value as stored'),
});
export type Interpretation = z.infer<typeof Interpretation>;

export const Interpreted = z
  .array(Interpretation)
  .describe('Values that were stored in another form than they were sent');
