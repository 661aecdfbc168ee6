// What a trained language model keeps of its text.

import { z } from 'zod';
import { Tokenizer } from './tokenizer.ts';

export const LanguageCard = z.object({
  tokenizer: Tokenizer,
  /** Context length in tokens. */
  context: z.number().int(),
});
export type LanguageCard = z.infer<typeof LanguageCard>;
