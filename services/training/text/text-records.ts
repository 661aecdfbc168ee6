// Texts sent to predict, tokenized for a model that was trained on a text column.

import type { Detail } from '#contracts/errors.ts';
import { didYouMean } from '#contracts/nearest.ts';
import { formatPath } from '#contracts/problems.ts';
import { MAX_DETAILS } from '../data/formats/flatten.ts';
import type { ColumnCard } from './column-card.ts';
import { textEncoder } from './vocabulary.ts';

export interface WantedText extends ColumnCard {
  /** Writes the tokens of a text to `into`, starting at `at`. */
  encode(text: string, into: Int32Array, at: number): void;
}

export function wantedText(card: ColumnCard): WantedText {
  return { ...card, encode: textEncoder(card.vocabulary, card.length) };
}

/** Why a value is not a usable text, or null. */
export function textProblem(value: unknown): string | null {
  if (typeof value !== 'string') return 'must be text';
  return value.trim() === '' ? 'is empty: a text is required' : null;
}

/** Records as rows of tokens. They may also contain the columns of the targets and ignored columns. */
export function flattenTexts(
  records: readonly unknown[],
  wanted: WantedText,
  targets: readonly string[],
  first: number,
): { values: Float64Array; details: Detail[] } {
  const { name, length, ignored } = wanted;
  const tokens = new Int32Array(records.length * length);
  const details: Detail[] = [];
  for (const [at, record] of records.entries()) {
    if (details.length >= MAX_DETAILS) break;
    const row = first + at;
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      const message = 'must be an object whose keys are the column names';
      details.push({ param: formatPath(['records', row]), code: 'invalid_type', message });
      continue;
    }
    const param = formatPath(['records', row, name]);
    const text: unknown = Object.hasOwn(record, name) ? (record as Record<string, unknown>)[name] : undefined;
    if (text === undefined) {
      details.push({ param, code: 'missing', message: `records[${row}] has no column "${name}"` });
    } else {
      const why = textProblem(text);
      if (why !== null) details.push({ param, code: 'not_a_text', message: `column "${name}": ${why}` });
      else wanted.encode(text as string, tokens, at * length);
    }
    for (const key of Object.keys(record)) {
      if (details.length >= MAX_DETAILS) break;
      if (key === name || targets.includes(key) || ignored.includes(key)) continue;
      const shown = key.slice(0, 100);
      const message = `the model has no column ${JSON.stringify(shown)}; ${didYouMean(shown, [name])}`;
      details.push({ param: formatPath(['records', row, shown]), code: 'unknown_column', message });
    }
  }
  return { values: Float64Array.from(tokens), details };
}
