// What PATCH /keys/{id} takes: what is left out stays as it is.

import { z } from 'zod';
import { SomeLimits } from './key-limits.ts';
import { Name } from './text.ts';

export const ApiKeyChange = z.strictObject({
  name: Name.optional().describe('What it is for'),
  limits: SomeLimits.optional().describe('Those to change; null is no limit, and the others stay'),
});
export type ApiKeyChange = z.infer<typeof ApiKeyChange>;
