import { z } from 'zod';
import { relu } from '#engine/functions.ts';
import { elementwise } from './elementwise.ts';

export const ReLU = elementwise({
  type: 'ReLU',
  help: 'max(x, 0)',
  args: {
    inplace: z.boolean().default(false).describe("torch's hint about memory; changes nothing here"),
  },
  apply: relu,
  shown: ({ inplace }) => (inplace ? { inplace } : {}),
});
