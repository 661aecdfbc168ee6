// What a trained language model knows of the text that it was made of.

import { z } from 'zod';
import { Tokenizer } from './tokenizer.ts';

export const LanguageCard = z.object({
  tokenizer: Tokenizer,
  /** Tokens that it saw at once. */
  context: z.number().int(),
});
export type LanguageCard = z.infer<typeof LanguageCard>;
