// Pages of lists, newest first.

import { z } from 'zod';

export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  after: z.string().optional().describe('The last id of the previous page'),
});
export type PageQuery = z.infer<typeof PageQuery>;

export interface Page<T> {
  object: 'list';
  data: T[];
  has_more: boolean;
}

export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ object: z.literal('list'), data: z.array(item), has_more: z.boolean() });
}
