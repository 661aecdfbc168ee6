// What a language model writes, on the wire: POST /jobs/{id}/generate.

import { z } from 'zod';
import { ErrorBody } from './errors.ts';
import { Warning } from './warnings.ts';

const MOST_TOKENS = 10_000;
const MOST_PROMPT = 200_000;
const MOST_STOPS = 8;

const Seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

export const GenerateRequest = z.strictObject({
  prompt: z
    .string({ error: 'must be text' })
    .max(MOST_PROMPT, { error: `must be at most ${MOST_PROMPT} characters long` })
    .describe('What it goes on from: at least one token'),
  max_tokens: z
    .int({ error: 'must be a whole number' })
    .min(1, { error: 'must be at least 1' })
    .max(MOST_TOKENS, { error: `must be at most ${MOST_TOKENS}` })
    .default(200)
    .describe('Tokens that are written, at most'),
  temperature: z
    .number({ error: 'must be a number' })
    .min(0, { error: 'must be at least 0' })
    .max(100, { error: 'must be at most 100' })
    .default(1)
    .describe('Below 1 likely tokens become likelier; 0 takes the likeliest always'),
  top_k: z
    .int({ error: 'must be a whole number, or null' })
    .min(1, { error: 'must be at least 1' })
    .nullable()
    .default(null)
    .describe('Draws among so many of the likeliest tokens; null: among all'),
  top_p: z
    .number({ error: 'must be a number' })
    .gt(0, { error: 'must be above 0' })
    .max(1, { error: 'must be at most 1' })
    .default(1)
    .describe('Draws among the likeliest tokens that have this probability together'),
  seed: Seed.default(0).describe('The same seed draws the same tokens'),
  stop: z
    .union([z.string().min(1).max(200), z.array(z.string().min(1).max(200)).max(MOST_STOPS)])
    .default([])
    .transform((stop) => (typeof stop === 'string' ? [stop] : stop))
    .describe('Texts at which it ends; they are not told'),
  alternatives: z
    .int({ error: 'must be a whole number' })
    .min(0, { error: 'must be at least 0' })
    .max(20, { error: 'must be at most 20' })
    .default(0)
    .describe('Tells so many of the likeliest tokens at each place, with their probabilities'),
});
export type GenerateRequest = z.infer<typeof GenerateRequest>;
/** As it is posted. */
export type NewGeneration = z.input<typeof GenerateRequest>;

const Alternative = z.object({ token: z.number().int(), text: z.string(), probability: z.number() });

/** One line, or one Server-Sent Event, for every token. */
export const GeneratedToken = z.object({
  object: z.literal('generation.token'),
  index: z.number().int().describe('From 0'),
  token: z.number().int(),
  text: z
    .string()
    .describe(
      'What is certain by this token: empty where it ends within a character, or within what may be a text to stop at',
    ),
  alternatives: z
    .array(Alternative)
    .optional()
    .describe('The likeliest tokens at this place, before top_k and top_p'),
});
export type GeneratedToken = z.infer<typeof GeneratedToken>;

/** The whole answer, or the last line of a stream. */
export const Generation = z.object({
  object: z.literal('generation'),
  job_id: z.string(),
  text: z.string().describe('All of it, without the prompt'),
  rest: z.string().describe('The end of the text that no token had told; nearly always empty'),
  finish_reason: z
    .enum(['length', 'stop', 'cancelled'])
    .describe('length: max_tokens were written; stop: a text to stop at came'),
  prompt_tokens: z.number().int().describe('Of the prompt, as far as it was read'),
  tokens: z.number().int().describe('That were written'),
  choices: z
    .array(GeneratedToken.omit({ object: true }))
    .optional()
    .describe('Every token, where alternatives are asked for'),
  warnings: z.array(Warning),
});
export type Generation = z.infer<typeof Generation>;

/** What a stream sends. */
export const GenerationMessage = z.union([GeneratedToken, Generation, ErrorBody]);
