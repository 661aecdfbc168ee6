import { describe, expect, it } from 'vitest';
import { chunkEnd } from '#training/text/chunks.ts';
import { bpeBytes, bpeEncoder } from '#training/text/encode-bpe.ts';
import { learnBpe, type Merges } from '#training/text/learn-bpe.ts';
import { bytesOf } from './text-job.ts';

const PROSE =
  'low low low low low lower lower newest newest newest newest newest newest widest widest widest. Grüße, 42 times 42!\n\n  Ünïcode — 日本語 日本語\n';

function chunksOf(text: string): string[] {
  const bytes = bytesOf(text);
  const found: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const to = chunkEnd(bytes, at, bytes.length);
    found.push(new TextDecoder().decode(bytes.subarray(at, to)));
    at = to;
  }
  return found;
}

/** The definition itself: recounts all pairs for every merge. */
function plainly(text: string, vocabSize: number): Merges {
  let words = chunksOf(text).map((chunk) => [...bytesOf(chunk)]);
  const merges: Merges = [];
  while (256 + merges.length < vocabSize) {
    const counts = new Map<string, number>();
    for (const word of words) {
      for (let i = 1; i < word.length; i++) {
        const pair = `${word[i - 1]} ${word[i]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const pairs = [...counts].map(([pair, count]) => ({ pair: pair.split(' ').map(Number), count }));
    pairs.sort((a, b) => b.count - a.count || a.pair[0]! - b.pair[0]! || a.pair[1]! - b.pair[1]!);
    if (pairs.length === 0 || pairs[0]!.count < 2) break;
    const [left, right] = pairs[0]!.pair as [number, number];
    merges.push([left, right]);
    words = words.map((word) => {
      const after: number[] = [];
      for (let i = 0; i < word.length; i++) {
        if (word[i] === left && word[i + 1] === right) after.push(255 + merges.length) && i++;
        else after.push(word[i]!);
      }
      return after;
    });
  }
  return merges;
}

describe('a byte-pair encoding', () => {
  it.each([
    ['prose', PROSE],
    ['repeats', 'aaaa aaaaa aaaaaa abab ababab'.repeat(3)],
  ])('learns the merges of %s that recounting everything gives', (_, text) => {
    for (const size of [256, 260, 290, 400])
      expect(learnBpe(bytesOf(text), size)).toEqual(plainly(text, size));
  });

  it('stops when no pair occurs twice', () => {
    expect(learnBpe(bytesOf('abcdefg'), 512)).toEqual([]);
    expect(learnBpe(bytesOf('ab ab'), 512)).toEqual([[97, 98]]);
  });

  it('restores the bytes of any text, even invalid UTF-8', () => {
    const merges = learnBpe(bytesOf(PROSE), 300);
    const [encode, bytes] = [bpeEncoder(merges), bpeBytes(merges)];
    const random = Uint8Array.from({ length: 3_000 }, (_, i) => (i * 2_654_435_761) >>> 13);
    for (const text of [bytesOf(PROSE), bytesOf('never seen: żółć 🙂'), random, new Uint8Array(0)]) {
      const back = Array.from(encode(text)).flatMap((token) => [...bytes[token]!]);
      expect(Uint8Array.from(back)).toEqual(text);
    }
  });

  it('uses fewer tokens for what it was trained on', () => {
    const text = bytesOf(PROSE.repeat(4));
    const count = (size: number) => bpeEncoder(learnBpe(text, size))(text).length;
    expect(count(256)).toBe(text.length);
    expect(count(300)).toBeLessThan(text.length * 0.6);
  });

  it('splits off words with the preceding space, and loses nothing', () => {
    expect(chunksOf('I am  42 years,\n  old')).toEqual([
      'I',
      ' am',
      ' ',
      ' 42',
      ' years',
      ',',
      '\n ',
      ' old',
    ]);
    expect(chunksOf('x'.repeat(200)).map(({ length }) => length)).toEqual([64, 64, 64, 8]);
  });
});
