// The vocabularies of text columns, and their encoding of texts as tokens.

import { describe, expect, it } from 'vitest';
import { fitVocabulary, textEncoder } from '#training/text/vocabulary.ts';

describe('the tokens of texts', () => {
  const texts = (...all: string[]) => {
    const bytes = Buffer.concat(all.map((text) => Buffer.from(text)));
    let end = 0;
    return { bytes, ends: Int32Array.from(all, (text) => (end += Buffer.byteLength(text))) };
  };
  const tokensOf = (vocabulary: Parameters<typeof textEncoder>[0], text: string, length: number) => {
    const into = new Int32Array(length).fill(-1);
    textEncoder(vocabulary, length)(text, into, 0);
    return [...into];
  };
  const how = { lowercase: true, vocabulary_size: 100, min_count: 1 };

  it('are words and punctuation, the most frequent first, fitted on the training rows', () => {
    const own = texts("Don't stop, don't!", 'stop the clock', 'never seen');
    const words = fitVocabulary(own, Int32Array.of(0, 1), { words: how });
    expect(words).toEqual({
      of: 'words',
      lowercase: true,
      entries: ["don't", 'stop', '!', ',', 'clock', 'the'],
    });
    expect(tokensOf(words, "STOP! Don't never", 6)).toEqual([3, 4, 2, 1, 0, 0]);
    expect(tokensOf(words, 'stop stop stop', 2)).toEqual([3, 3]);
    const rare = fitVocabulary(own, Int32Array.of(0, 1), { words: { ...how, min_count: 2 } });
    expect(rare).toMatchObject({ entries: ["don't", 'stop'] });
    const few = fitVocabulary(own, Int32Array.of(0, 1), { words: { ...how, vocabulary_size: 3 } });
    expect(few).toMatchObject({ entries: ["don't"] });
  });

  it('are characters, or bytes', () => {
    const characters = fitVocabulary(texts('aAb', 'ż🐢a'), Int32Array.of(0, 1), {
      characters: { ...how, lowercase: false },
    });
    expect(characters).toMatchObject({ entries: ['a', 'A', 'b', 'ż', '🐢'] });
    expect(tokensOf(characters, 'b🐢?', 5)).toEqual([4, 6, 1, 0, 0]);
    expect(tokensOf({ of: 'bytes' }, 'aż', 5)).toEqual([98, 0xc5 + 1, 0xbc + 1, 0, 0]);
  });
});
