// A text as token numbers: every character is one, in the order of their codes. A network learns to tell, at every
// position of a piece of text, which character comes next.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Prediction } from '#contracts/job-api.ts';
import type { Random } from './random.ts';
import type { Samples } from './table.ts';

export const TEXT = readFileSync(path.join(import.meta.dirname, 'text.txt'), 'utf8');
/** Characters that a network sees at a time. */
export const CONTEXT = 32;

const alphabet = [...new Set(TEXT)].sort();
/** How many tokens there are. */
export const VOCABULARY = alphabet.length;

export const encode = (text: string): number[] =>
  Array.from(text, (character) => alphabet.indexOf(character));
export const decode = (tokens: readonly number[]): string => tokens.map((token) => alphabet[token]).join('');

/** Pieces of a text, one at every `stride` characters, each with the same piece one character further on. */
export function pieces(text: string, stride: number): Samples<number[], number[]> {
  const tokens = encode(text);
  const starts = Array.from(
    { length: Math.floor((tokens.length - CONTEXT - 1) / stride) + 1 },
    (_, i) => i * stride,
  );
  return {
    inputs: starts.map((start) => tokens.slice(start, start + CONTEXT)),
    targets: starts.map((start) => tokens.slice(start + 1, start + CONTEXT + 1)),
  };
}

/** What a network [CONTEXT] → [VOCABULARY, CONTEXT] says of the character after the last one. */
export function nextOf({ probabilities }: Prediction): number[] {
  return (probabilities as number[][]).map((positions) => positions.at(-1)!);
}

/** Draws a token; below temperature 1 the likely ones become likelier. */
export function sample(probabilities: readonly number[], temperature: number, { uniform }: Random): number {
  const weights = probabilities.map((p) => p ** (1 / temperature));
  let left = uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [token, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return token;
  }
  return weights.indexOf(Math.max(...weights));
}
