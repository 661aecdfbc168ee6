// Text in the API: what a dataset reports of a text, and how a job tokenizes it (preprocess.tokens and its neighbours).

import { z } from 'zod';

const count = (what: string, most: number) =>
  z
    .int({ error: 'must be a whole number' })
    .min(1, { error: 'must be at least 1' })
    .max(most, { error: `must be at most ${most}` })
    .describe(what);

/** A whole text as a dataset, for a language model. */
export const TextInfo = z.object({
  bytes: z.number().int().describe('Size of the text in UTF-8'),
  characters: z.number().int().describe('Unicode code points'),
  lines: z.number().int(),
  alphabet: z
    .string()
    .nullable()
    .describe('Every character that occurs, by code point; null if there are more than 20,000'),
});
export type TextInfo = z.infer<typeof TextInfo>;

const Lengths = {
  usual: z.number().int().describe('The length that covers 19 of 20 rows'),
  longest: z.number().int(),
};
export const TextColumn = z.object({
  words: z.object({
    ...Lengths,
    distinct: z.number().int(),
    distinct_lowercase: z.number().int().describe('Ignoring case'),
  }),
  characters: z.object({ ...Lengths, distinct: z.number().int() }),
  bytes: z.object(Lengths),
});
export type TextColumn = z.infer<typeof TextColumn>;

/** Vocabulary sizes of a byte-pair encoding: at least all bytes, at most the token ids that fit into 15 bits. */
export const BPE_SIZES = { least: 256, most: 32_768 } as const;
const vocabSize = z
  .int({ error: 'must be a whole number' })
  .min(BPE_SIZES.least, { error: `must be at least ${BPE_SIZES.least}: every byte is a token` })
  .max(BPE_SIZES.most, { error: `must be at most ${BPE_SIZES.most}` });

export const Bpe = z.strictObject({
  vocab_size: vocabSize.default(512).describe('Vocabulary size: the 256 bytes, and frequent pairs of tokens'),
});

/** For text in a table: the vocabulary of words or characters is fitted on the training rows. */
export const Fitted = z.strictObject({
  lowercase: z
    .boolean({ error: 'must be true or false' })
    .optional()
    .describe('Whether case is ignored; if omitted, true for words and false for characters'),
  vocabulary_size: count(
    'Maximum vocabulary size: the most frequent tokens, padding and unknown included',
    1_000_000,
  )
    .min(3, { error: 'must be at least 3: padding, unknown and one more' })
    .optional()
    .describe('If omitted, as many as the dataset has, at most 10,000'),
  min_count: count('How often a token must occur in the training rows', 1_000_000)
    .optional()
    .describe('1 if omitted; rarer tokens are unknown'),
});
export type Fitted = z.infer<typeof Fitted>;

export const Tokens = z.union([
  z.enum(['characters', 'bytes', 'words']),
  z.strictObject({ bpe: Bpe.partial() }),
  z.strictObject({ words: Fitted }),
  z.strictObject({ characters: Fitted }),
]);

export const MOST_CONTEXT = 65_536;

/** The keys of `preprocess` for text. */
export const textPreprocess = {
  tokens: Tokens.optional().describe(
    'Tokenizer. For a plain text: characters (the default), bytes, or {"bpe": {"vocab_size": 512}}, learned from the training part. For a column of a table: words (the default), characters or bytes',
  ),
  context: count(
    'For a plain text: tokens in one window; 64 if neither this nor the model sets it',
    MOST_CONTEXT,
  ).optional(),
  stride: count(
    'For a plain text: tokens from one window to the next, at most context; if omitted, context, so that every token is predicted once',
    MOST_CONTEXT,
  ).optional(),
  max_length: count(
    'For a column of text: tokens per row; longer rows are truncated, shorter ones padded',
    MOST_CONTEXT,
  )
    .optional()
    .describe(
      'If omitted, a length that covers 19 of 20 rows of the dataset, at most 256 words, or 512 characters or bytes',
    ),
};

const RenderedFitted = z.object({
  lowercase: z.boolean(),
  vocabulary_size: z.number().int(),
  min_count: z.number().int(),
});
export type RenderedFitted = z.infer<typeof RenderedFitted>;

export const RenderedTokens = z.union([
  z.enum(['characters', 'bytes']),
  z.object({ bpe: z.object({ vocab_size: z.number().int() }) }),
  z.object({ words: RenderedFitted }),
  z.object({ characters: RenderedFitted }),
]);
export type RenderedTokens = z.infer<typeof RenderedTokens>;

/** With every default filled in; all absent if the job does not learn from text. */
export const renderedText = {
  tokens: RenderedTokens.optional(),
  context: z.number().int().optional(),
  stride: z.number().int().optional(),
  max_length: z.number().int().optional(),
  vocabulary: z.number().int().optional().describe('Number of tokens in the vocabulary'),
};
