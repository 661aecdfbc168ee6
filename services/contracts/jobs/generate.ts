// Text generation with a language model: POST /jobs/{id}/generate.

import { z } from 'zod';
import { ErrorBody } from '../errors.ts';
import { Warning } from '../warnings.ts';

const MOST_TOKENS = 10_000;
const MOST_PROMPT = 200_000;
const MOST_STOPS = 8;

const Seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

export const GenerateRequest = z.strictObject({
  prompt: z
    .string({ error: 'must be text' })
    .max(MOST_PROMPT, { error: `must be at most ${MOST_PROMPT} characters long` })
    .describe('The text to continue: at least one token'),
  max_tokens: z
    .int({ error: 'must be a whole number' })
    .min(1, { error: 'must be at least 1' })
    .max(MOST_TOKENS, { error: `must be at most ${MOST_TOKENS}` })
    .default(200)
    .describe('Maximum number of tokens to generate'),
  temperature: z
    .number({ error: 'must be a number' })
    .min(0, { error: 'must be at least 0' })
    .max(100, { error: 'must be at most 100' })
    .default(1)
    .describe('Below 1, likely tokens become more likely; 0 always takes the most likely'),
  top_k: z
    .int({ error: 'must be a whole number, or null' })
    .min(1, { error: 'must be at least 1' })
    .nullable()
    .default(null)
    .describe('Samples from this many of the most likely tokens; null: from all'),
  top_p: z
    .number({ error: 'must be a number' })
    .gt(0, { error: 'must be above 0' })
    .max(1, { error: 'must be at most 1' })
    .default(1)
    .describe('Samples from the most likely tokens whose probabilities add up to this'),
  seed: Seed.default(0).describe('The same seed draws the same tokens'),
  stop: z
    .union([z.string().min(1).max(200), z.array(z.string().min(1).max(200)).max(MOST_STOPS)])
    .default([])
    .transform((stop) => (typeof stop === 'string' ? [stop] : stop))
    .describe('Texts that stop generation; they are not returned'),
  alternatives: z
    .int({ error: 'must be a whole number' })
    .min(0, { error: 'must be at least 0' })
    .max(20, { error: 'must be at most 20' })
    .default(0)
    .describe('Returns this many of the most likely tokens at each position, with their probabilities'),
});
export type GenerateRequest = z.infer<typeof GenerateRequest>;
/** As posted: fields with a default may be omitted. */
export type NewGeneration = z.input<typeof GenerateRequest>;

const Alternative = z.object({ token: z.number().int(), text: z.string(), probability: z.number() });

/** One line, or one Server-Sent Event, per token. */
export const GeneratedToken = z.object({
  object: z.literal('generation.token'),
  index: z.number().int().describe('From 0'),
  token: z.number().int(),
  text: z
    .string()
    .describe(
      'Text completed by this token: empty if it ends within a character, or within a possible stop text',
    ),
  alternatives: z
    .array(Alternative)
    .optional()
    .describe('The most likely tokens at this position, before top_k and top_p'),
});
export type GeneratedToken = z.infer<typeof GeneratedToken>;

/** The whole reply, or the last message of a stream. */
export const Generation = z.object({
  object: z.literal('generation'),
  job_id: z.string(),
  text: z.string().describe('The complete text, without the prompt'),
  rest: z.string().describe('The end of the text not returned with any token; nearly always empty'),
  finish_reason: z
    .enum(['length', 'stop', 'cancelled'])
    .describe('length: max_tokens were generated; stop: a stop text occurred'),
  prompt_tokens: z.number().int().describe('Tokens of the prompt that were read'),
  tokens: z.number().int().describe('Generated tokens'),
  choices: z
    .array(GeneratedToken.omit({ object: true }))
    .optional()
    .describe('Every token, if alternatives are requested'),
  warnings: z.array(Warning),
});
export type Generation = z.infer<typeof Generation>;

/** Any message of a stream. */
export const GenerationMessage = z.union([GeneratedToken, Generation, ErrorBody]);
