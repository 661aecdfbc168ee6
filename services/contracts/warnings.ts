// Warnings about valid but probably unintended settings.

import { z } from 'zod';

export const Warning = z.object({
  code: z.string(),
  param: z.string().describe('Path of the value, as in an error'),
  message: z.string(),
});
export type Warning = z.infer<typeof Warning>;
