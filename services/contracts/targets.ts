// Targets of more than one column.

import { z } from 'zod';

export const TargetColumns = z
  .array(z.string())
  .optional()
  .describe(
    'What the numbers along the last dimension of a target are called, where they have names of their own',
  );
