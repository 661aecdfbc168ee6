// Learns a byte-pair encoding from a text: the most frequent pair of adjacent tokens becomes one token, repeatedly (Sennrich et al.,
// "Neural machine translation of rare words with subword units", 2016; on bytes). A pure function of the bytes. It counts distinct chunks
// rather than positions, so memory grows with the vocabulary and not with the length of the text.

import { chunkEnd, keyOf } from './chunks.ts';
import { leftOf, PairHeap, pairKey, rightOf } from './pair-heap.ts';

/** The pair of tokens behind each learned one: merges[i] makes token 256 + i. */
export type Merges = [left: number, right: number][];

export const BYTES = 256;
/** A pair that occurs only once is not worth a token. */
const LEAST_COUNT = 2;

interface Word {
  tokens: number[];
  readonly count: number;
}

/** @returns fewer merges if no remaining pair occurs twice */
export function learnBpe(bytes: Uint8Array, vocabSize: number): Merges {
  const words = wordsOf(bytes);
  const counts = new Map<number, number>();
  const users = new Map<number, Set<Word>>();
  const add = (key: number, word: Word, by: number) => {
    counts.set(key, (counts.get(key) ?? 0) + by);
    const known = users.get(key);
    if (known === undefined) users.set(key, new Set([word]));
    else known.add(word);
  };
  for (const word of words) {
    for (let i = 1; i < word.tokens.length; i++)
      add(pairKey(word.tokens[i - 1]!, word.tokens[i]!), word, word.count);
  }
  const heap = new PairHeap(counts);
  const merges: Merges = [];
  while (BYTES + merges.length < vocabSize) {
    const best = heap.pop();
    if (best === null || best.count < LEAST_COUNT) break;
    const [left, right] = [leftOf(best.key), rightOf(best.key)];
    const made = BYTES + merges.length;
    merges.push([left, right]);
    const grown = new Set<number>();
    for (const word of users.get(best.key)!) {
      const before = word.tokens;
      const after = merged(before, left, right, made);
      if (after.length === before.length) continue;
      for (let i = 1; i < before.length; i++) {
        const key = pairKey(before[i - 1]!, before[i]!);
        counts.set(key, counts.get(key)! - word.count);
      }
      for (let i = 1; i < after.length; i++) {
        const key = pairKey(after[i - 1]!, after[i]!);
        add(key, word, word.count);
        if (after[i - 1] === made || after[i] === made) grown.add(key);
      }
      word.tokens = after;
    }
    users.delete(best.key);
    counts.delete(best.key);
    for (const key of grown) heap.push(key);
  }
  return merges;
}

function wordsOf(bytes: Uint8Array): Word[] {
  const found = new Map<string, number>();
  for (let at = 0; at < bytes.length; ) {
    const to = chunkEnd(bytes, at, bytes.length);
    if (to - at > 1) {
      const key = keyOf(bytes, at, to);
      found.set(key, (found.get(key) ?? 0) + 1);
    }
    at = to;
  }
  return Array.from(found, ([key, count]) => ({
    tokens: Array.from({ length: key.length }, (_, i) => key.charCodeAt(i)),
    count,
  }));
}

/** Replaces every such pair, from the left, with the token `made`. */
export function merged(tokens: readonly number[], left: number, right: number, made: number): number[] {
  const after: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] === left && tokens[i + 1] === right) {
      after.push(made);
      i++;
    } else after.push(tokens[i]!);
  }
  return after;
}
