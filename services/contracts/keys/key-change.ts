// The body of PATCH /keys/{id}. Omitted fields keep their values.

import { z } from 'zod';
import { Name } from '../text.ts';
import { SomeLimits } from './key-limits.ts';

export const ApiKeyChange = z.strictObject({
  name: Name.optional().describe('Purpose'),
  limits: SomeLimits.optional().describe('Limits to change; null removes a limit, others stay unchanged'),
});
export type ApiKeyChange = z.infer<typeof ApiKeyChange>;
