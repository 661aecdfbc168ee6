// How a job tokenizes a table whose only column is text, and how many tokens a row has.

import { z } from 'zod';
import type { Column, DatasetInfo } from '#contracts/datasets/dataset.ts';
import {
  Fitted,
  MOST_CONTEXT,
  type RenderedFitted,
  type RenderedTokens,
  type TextColumn,
  textPreprocess,
} from '#contracts/datasets/text-data.ts';
import type { Detail } from '#contracts/errors.ts';
import { detailsOf } from '#contracts/problems.ts';
import { PreprocessParts, type RenderedPreprocess } from '#contracts/training/training.ts';
import { isObject } from '../canonical/component.ts';
import type { Held, JobInfo } from '../data/rows/join.ts';
import type { LanguageJob } from './language-job.ts';
import { SPECIAL, sizeOfTokens } from './vocabulary.ts';

const { max_length: maxLength } = textPreprocess;
const Said = z.strictObject({
  max_length: maxLength,
  tokens: z.unknown().optional(),
  target: PreprocessParts.shape.target,
});
const Options = z.strictObject({ words: Fitted.optional(), characters: Fitted.optional() });

const MOST_TOKENS = 10_000;
/** Limit on the default number of tokens per row. */
const MOST = { words: 256, characters: 512, bytes: 512 } as const;

export type TextColumnOf = Column & { readonly text: TextColumn };

/** The text column that a table is learned from, or null. */
export function textColumnOf({ columns }: Pick<DatasetInfo, 'columns'>): TextColumnOf | null {
  const found = columns?.find(({ type }) => type === 'text');
  return found?.text === undefined ? null : { ...found, text: found.text };
}

export function readColumnJob(info: DatasetInfo, column: TextColumnOf, given: unknown): LanguageJob {
  const said = given === 'none' || given === undefined ? {} : given;
  const parsed = Said.safeParse(said);
  if (!parsed.success) return { details: detailsOf(parsed.error, Said, 'preprocess', said), value: null };
  const details: Detail[] = [];
  const tokens = readTokens(parsed.data.tokens, column, details);
  if (tokens === null) return { details, value: null };
  const kind = typeof tokens === 'string' ? 'bytes' : 'words' in tokens ? 'words' : 'characters';
  const { usual } = column.text[kind];
  const max_length = parsed.data.max_length ?? Math.max(1, Math.min(usual, MOST[kind], MOST_CONTEXT));
  const vocabulary = sizeOfTokens(tokens);
  const preprocess: RenderedPreprocess = { inputs: 'none', target: 'none', tokens, max_length, vocabulary };
  const value = {
    info: tokenInfo(info, column, max_length, vocabulary),
    preprocess,
    target: parsed.data.target,
  };
  return { details, value };
}

function readTokens(given: unknown, column: TextColumnOf, details: Detail[]): RenderedTokens | null {
  const param = 'preprocess.tokens';
  if (given === 'bytes') return given;
  const said =
    given === undefined
      ? { words: {} }
      : given === 'words' || given === 'characters'
        ? { [given]: {} }
        : given;
  const keys = isObject(said) ? Object.keys(said) : [];
  if (keys.length !== 1 || (keys[0] !== 'words' && keys[0] !== 'characters')) {
    const shown = JSON.stringify(given)?.slice(0, 100);
    const message = `for a column of text, expected "words", "characters", "bytes" or {"words": {"min_count": 2}}, not ${shown}`;
    details.push({ param, code: 'invalid_value', message });
    return null;
  }
  const read = Options.safeParse(said);
  if (!read.success) {
    details.push(...detailsOf(read.error, Options, param, said));
    return null;
  }
  const { words, characters } = read.data;
  return words === undefined
    ? { characters: filled(characters ?? {}, false, column) }
    : { words: filled(words, true, column) };
}

function filled(
  { lowercase, vocabulary_size, min_count = 1 }: Fitted,
  ofWords: boolean,
  { text }: TextColumnOf,
): RenderedFitted {
  const lower = lowercase ?? ofWords;
  const distinct = !ofWords
    ? text.characters.distinct
    : lower
      ? text.words.distinct_lowercase
      : text.words.distinct;
  const usual = Math.min(MOST_TOKENS, distinct + SPECIAL);
  return { lowercase: lower, vocabulary_size: vocabulary_size ?? usual, min_count };
}

/** Datasets held out as a whole, as the network sees them. One without a text column is left unchanged, and refused later. */
export function heldAsTokens(
  held: Held<DatasetInfo>,
  { max_length: length, vocabulary }: RenderedPreprocess,
): Held<DatasetInfo> {
  if (length === undefined || vocabulary === undefined) return held;
  const entries = Object.entries(held).map(([part, info]: [string, DatasetInfo]) => {
    const column = textColumnOf(info);
    return [part, column === null ? info : tokenInfo(info, column, length, vocabulary)];
  });
  return Object.fromEntries(entries) as Held<DatasetInfo>;
}

/** The dataset as the network sees it. */
export function tokenInfo(
  { columns: _, ...info }: JobInfo,
  { name }: Pick<Column, 'name'>,
  length: number,
  vocabulary: number,
): JobInfo {
  return {
    ...info,
    input_shape: [length],
    input_range: { min: 0, max: vocabulary - 1, integral: true },
    input_dtype: 'int32',
    features: [name],
  };
}
