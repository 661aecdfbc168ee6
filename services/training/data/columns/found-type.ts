// Infers the type of a column from all of its cells.

import type { Column, DatePart } from '#contracts/datasets/dataset.ts';
import { booleanWords } from '../formats/booleans.ts';
import { CYCLES } from '../formats/dates.ts';
import { isNoNumber } from './raw.ts';
import type { ReadColumn } from './read-column.ts';

const USUAL_CATEGORIES = 100;
/** Minimum averages per cell for a column to count as prose. */
const PROSE = { letters: 20, blanks: 3 } as const;

/**
 * A single number makes the column numeric, and any text in it an error; texts that differ in nearly every row are identifiers, which are
 * ignored.
 */
export function foundType(column: ReadColumn): Column['type'] {
  const { declared, numbers, texts, words, codes, tooMany } = column;
  if (declared.type !== 'auto') return declared.type;
  if (numbers > 0) return 'number';
  if (texts === 0 && words === 0) return 'ignore';
  if (column.orders.length === 1) return 'datetime';
  if (column.alone && isProse(column)) return 'text';
  if (tooMany || codes.size > USUAL_CATEGORIES) return 'ignore';
  if (booleanWords(textsOf(column)) !== null) return 'boolean';
  return texts + words > 20 && codes.size * 2 > texts + words ? 'ignore' : 'category';
}

/** Sentences, mostly distinct. */
export function isProse({ texts, letters, blanks, words, codes, tooMany }: ReadColumn): boolean {
  const differ = tooMany || codes.size * 2 > texts + words;
  return texts > 0 && differ && letters >= PROSE.letters * texts && blanks >= PROSE.blanks * texts;
}

/** The distinct texts, without those that mark a missing value. */
export function textsOf({ codes }: ReadColumn): string[] {
  return [...codes.keys()].filter((text) => !isNoNumber(text));
}

/** The column, without the parts that only its values determine. */
export function columnOf(column: ReadColumn): Column {
  const { declared, empty, words, codes } = column;
  const { name } = declared;
  const type = foundType(column);
  const missing = type === 'category' || type === 'ignore' || type === 'text' ? empty : empty + words;
  switch (type) {
    case 'category':
      // Sorted by code unit, like the labels of a target.
      return {
        name,
        type,
        missing,
        categories: [...new Set([...codes.keys(), ...(empty > 0 ? [''] : [])])].toSorted((a, b) =>
          a < b ? -1 : a > b ? 1 : 0,
        ),
      };
    case 'boolean':
      return { name, type, missing, categories: booleanWords(textsOf(column)) ?? ['false', 'true'] };
    case 'ordinal':
      return { name, type, missing, categories: [...declared.categories!] };
    case 'datetime': {
      const [order] = column.orders;
      return { name, type, missing, ...(order !== undefined && order !== 'iso' && { order }) };
    }
    case 'number':
    case 'text':
    case 'ignore':
      return { name, type, missing };
  }
}

const MONTH = 31 * 86_400;
const WEEK = 7 * 86_400;

/** The date parts that vary enough to learn from: always the year, and the cyclic parts that do. */
export function partsOf(times: Iterable<number>): DatePart[] {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const seen = { weekday: new Set<number>(), hour: new Set<number>() };
  for (const time of times) {
    if (Number.isNaN(time)) continue;
    if (time < min) min = time;
    if (time > max) max = time;
    for (const part of ['weekday', 'hour'] as const)
      if (seen[part].size < 2) seen[part].add(CYCLES[part](time));
  }
  return [
    'year',
    ...(max - min > MONTH ? (['month'] as const) : []),
    ...(max - min >= WEEK && seen.weekday.size > 1 ? (['weekday'] as const) : []),
    ...(seen.hour.size > 1 ? (['hour'] as const) : []),
  ];
}
