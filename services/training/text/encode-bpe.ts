// Encodes bytes with a byte-pair encoding: in each chunk, the pair learned earliest is merged first, until none is left.

import { chunkEnd, keyOf } from './chunks.ts';
import { BYTES, type Merges, merged } from './learn-bpe.ts';
import { pairKey } from './pair-heap.ts';
import { TokenBlocks } from './token-blocks.ts';

/** Size of the chunk cache, which is cleared when full. */
const MOST_REMEMBERED = 2 ** 16;

export function bpeEncoder(merges: Merges): (bytes: Uint8Array) => Int32Array {
  const rank = new Map(merges.map(([left, right], i) => [pairKey(left, right), i]));
  const known = new Map<string, readonly number[]>();
  const encodeChunk = (key: string): readonly number[] => {
    let tokens: number[] = Array.from({ length: key.length }, (_, i) => key.charCodeAt(i));
    for (;;) {
      let best = merges.length;
      for (let i = 1; i < tokens.length; i++) {
        best = Math.min(best, rank.get(pairKey(tokens[i - 1]!, tokens[i]!)) ?? merges.length);
      }
      if (best === merges.length) return tokens;
      const [left, right] = merges[best]!;
      tokens = merged(tokens, left, right, BYTES + best);
    }
  };
  return (bytes) => {
    const found = new TokenBlocks();
    for (let at = 0; at < bytes.length; ) {
      const to = chunkEnd(bytes, at, bytes.length);
      const key = keyOf(bytes, at, to);
      let tokens = known.get(key);
      if (tokens === undefined) {
        if (known.size === MOST_REMEMBERED) known.clear();
        tokens = encodeChunk(key);
        known.set(key, tokens);
      }
      found.push(tokens);
      at = to;
    }
    return found.take();
  };
}

/** The bytes of each token. */
export function bpeBytes(merges: Merges): Uint8Array[] {
  const bytes = Array.from({ length: BYTES }, (_, byte) => Uint8Array.of(byte));
  for (const [left, right] of merges) bytes.push(Uint8Array.of(...bytes[left]!, ...bytes[right]!));
  return bytes;
}
