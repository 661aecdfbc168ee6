// What a trained model keeps of its text column.

import { z } from 'zod';
import { Vocabulary } from './vocabulary.ts';

export const ColumnCard = z.object({
  name: z.string(),
  vocabulary: Vocabulary,
  /** Tokens per row. */
  length: z.number().int(),
  /** Columns of the dataset that the model ignores. */
  ignored: z.array(z.string()),
});
export type ColumnCard = z.infer<typeof ColumnCard>;
