// What is not wrong, and yet hardly meant.

import { z } from 'zod';

export const Warning = z.object({
  code: z.string(),
  param: z.string().describe('Path of what it is about, as in an error'),
  message: z.string(),
});
export type Warning = z.infer<typeof Warning>;
