// The vocabulary of a text column: 0 is padding, 1 is unknown, and the words or characters of the training rows follow from 2 on, most
// frequent first. For bytes, 0 is padding and byte b is b + 1.

import { z } from 'zod';
import type { RenderedFitted, RenderedTokens } from '#contracts/datasets/text-data.ts';
import { type PieceKind, piecesOf } from './pieces.ts';
import { type Texts, textAt } from './texts.ts';

export const PADDING = 0;
export const UNKNOWN = 1;
/** Number of special tokens: padding and unknown. */
export const SPECIAL = 2;
const BYTE_TOKENS = 257;

export const Vocabulary = z.discriminatedUnion('of', [
  z.object({ of: z.enum(['words', 'characters']), lowercase: z.boolean(), entries: z.array(z.string()) }),
  z.object({ of: z.literal('bytes') }),
]);
export type Vocabulary = z.infer<typeof Vocabulary>;

/** The token settings of a column; null for tokens that only plain texts support. */
export function howOf(tokens: RenderedTokens): { kind: PieceKind; how: RenderedFitted } | 'bytes' | null {
  if (typeof tokens === 'string') return tokens === 'bytes' ? tokens : null;
  if ('words' in tokens) return { kind: 'words', how: tokens.words };
  return 'characters' in tokens ? { kind: 'characters', how: tokens.characters } : null;
}

/** Size of the vocabulary. */
export function sizeOfTokens(tokens: RenderedTokens): number {
  const how = howOf(tokens);
  return how === 'bytes' || how === null ? BYTE_TOKENS : how.how.vocabulary_size;
}

/** @param rows the training rows */
export function fitVocabulary(texts: Texts, rows: Int32Array, tokens: RenderedTokens): Vocabulary {
  const how = howOf(tokens);
  if (how === 'bytes' || how === null) return { of: 'bytes' };
  const { kind } = how;
  const { lowercase, vocabulary_size, min_count } = how.how;
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const piece of piecesOf(textAt(texts, row), kind, lowercase))
      counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  const entries = [...counts]
    .filter(([, count]) => count >= min_count)
    // Ties are ordered by code unit.
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, vocabulary_size - SPECIAL)
    .map(([piece]) => piece);
  return { of: kind, lowercase, entries };
}

/** @returns a function that writes the first `length` tokens of a text, padded to that length */
export function textEncoder(
  vocabulary: Vocabulary,
  length: number,
): (text: string, into: Int32Array, at: number) => void {
  if (vocabulary.of === 'bytes') {
    const encoder = new TextEncoder();
    return (text, into, at) => {
      const bytes = encoder.encode(text).subarray(0, length);
      for (const [i, byte] of bytes.entries()) into[at + i] = byte + 1;
      into.fill(PADDING, at + bytes.length, at + length);
    };
  }
  const { of, lowercase, entries } = vocabulary;
  const tokens = new Map(entries.map((piece, i) => [piece, i + SPECIAL]));
  return (text, into, at) => {
    const pieces = piecesOf(text, of, lowercase);
    for (let i = 0; i < length; i++) {
      into[at + i] = i < pieces.length ? (tokens.get(pieces[i]!) ?? UNKNOWN) : PADDING;
    }
  };
}
