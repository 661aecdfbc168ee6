// Statistics of a text column: lengths, and the numbers of distinct words and characters. They decide how a job tokenizes it by default.

import type { TextColumn } from '#contracts/datasets/text-data.ts';
import { piecesOf } from './pieces.ts';
import { type Texts, textAt } from './texts.ts';

/** The default length fits this fraction of all texts; longer ones are truncated. */
const USUAL = 0.95;
/** Distinct words or characters are counted up to this number. */
const MOST_DISTINCT = 1_000_000;

export function scanTexts(texts: Texts): TextColumn {
  const count = texts.ends.length;
  const [words, characters, bytes] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
  const distinct = { words: new Set<string>(), lowercase: new Set<string>(), characters: new Set<string>() };
  const add = (to: Set<string>, piece: string) => {
    if (to.size < MOST_DISTINCT) to.add(piece);
  };
  for (let i = 0; i < count; i++) {
    const text = textAt(texts, i);
    const pieces = piecesOf(text, 'words', false);
    words[i] = pieces.length;
    bytes[i] = texts.ends[i]! - (i === 0 ? 0 : texts.ends[i - 1]!);
    for (const piece of pieces) {
      add(distinct.words, piece);
      add(distinct.lowercase, piece.toLowerCase());
    }
    let length = 0;
    for (const character of text) {
      add(distinct.characters, character);
      length++;
    }
    characters[i] = length;
  }
  return {
    words: {
      ...lengthsOf(words),
      distinct: distinct.words.size,
      distinct_lowercase: distinct.lowercase.size,
    },
    characters: { ...lengthsOf(characters), distinct: distinct.characters.size },
    bytes: lengthsOf(bytes),
  };
}

function lengthsOf(lengths: Int32Array): { usual: number; longest: number } {
  const sorted = lengths.toSorted();
  const at = Math.max(0, Math.ceil(USUAL * sorted.length) - 1);
  return { usual: sorted[at] ?? 0, longest: sorted.at(-1) ?? 0 };
}
