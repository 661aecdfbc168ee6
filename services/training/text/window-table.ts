// The table of windows that a job cuts from a text: the byte-pair encoding is learned from the training part only, and each part is cut
// separately, so that no window spans two of them.

import { Problem } from '#contracts/errors.ts';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import { preprocessOf } from '#contracts/training/training.ts';
import type { StoredTable } from '../data/table.ts';
import type { ColumnCard } from './column-card.ts';
import type { LanguageCard } from './language-card.ts';
import { type LanguagePreprocess, partsIn, windowedInfo } from './language-job.ts';
import { learnBpe } from './learn-bpe.ts';
import { byteOfCharacter, characterStart } from './scan.ts';
import { coderOf, type Tokenizer } from './tokenizer.ts';
import { cutWindows, type Parts, windowCount } from './windows.ts';

/** torch's default ignore_index, for losses that set none. */
const IGNORED = -100;

export interface TokenTable extends StoredTable {
  /** What the model stores about its text. */
  readonly card: { readonly text: LanguageCard } | { readonly column: ColumnCard };
  /** How the tokens were learned, for the log; null if there was nothing to learn. */
  readonly note: string | null;
}

/** @throws Problem if the training part turns out to be too short for a window */
export function windowTable(
  spec: JobSpec,
  table: StoredTable,
): TokenTable & { card: { text: LanguageCard } } {
  const { text } = table.info;
  const preprocess = languageOf(spec);
  if (text === undefined || preprocess === null) throw new Error('the job is not a language model');
  const bytes = table.inputs as Uint8Array;
  const parts = bytePartsOf(bytes, partsIn(text, preprocess.tokens, spec.training), preprocess);
  const { tokenizer, note } = learn(parts[0], preprocess, text.alphabet);
  const coder = coderOf(tokenizer);
  const tokens = parts.map((part) => coder.encode(part));
  const counts = {
    train: tokens[0]!.length,
    validation: tokens[1]!.length,
    test: tokens[2]!.length,
  } satisfies Parts;
  const { context } = preprocess;
  if (counts.train <= context) {
    const message = `the training part of the text is ${counts.train} tokens long, but a window needs ${context + 1}`;
    throw new Problem('invalid_dataset', message);
  }
  const info = windowedInfo(table.info, preprocess, counts);
  const rows = tokens.reduce((sum, each) => sum + windowCount(each.length, preprocess), 0);
  const inputs =
    info.input_dtype === 'uint8' ? new Uint8Array(rows * context) : new Int32Array(rows * context);
  const targets = new Int32Array(rows * context).fill(ignoredBy(spec));
  tokens.reduce((row, each) => cutWindows(each, preprocess, inputs, targets, row), 0);
  return { info, inputs, targets, card: { text: { tokenizer, context } }, note };
}

/** The job's settings for a plain text; null if it does not learn from one. */
export function languageOf({ preprocess }: Pick<JobSpec, 'preprocess'>): LanguagePreprocess | null {
  const { tokens, context, stride, vocabulary } = preprocessOf(preprocess);
  if (tokens === undefined || context === undefined || stride === undefined || vocabulary === undefined)
    return null;
  return { tokens, context, stride, vocabulary };
}

function ignoredBy({ training }: JobSpec): number {
  const { ignore_index: said } = training.loss as { ignore_index?: unknown };
  return typeof said === 'number' ? said : IGNORED;
}

/** The bytes of each part. Except for byte tokens, parts begin on character boundaries. */
function bytePartsOf(bytes: Uint8Array, { train, validation }: Parts, { tokens }: LanguagePreprocess) {
  const place = (units: number) => {
    if (tokens === 'characters') return byteOfCharacter(bytes, units);
    return tokens === 'bytes' ? units : characterStart(bytes, units);
  };
  const [first, second] = [place(train), place(train + validation)];
  return [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)] as const;
}

function learn(
  bytes: Uint8Array,
  { tokens, vocabulary }: LanguagePreprocess,
  alphabet: string | null,
): Pick<TokenTable, 'note'> & { tokenizer: Tokenizer } {
  if (tokens === 'bytes') return { tokenizer: { kind: 'bytes' }, note: null };
  if (tokens === 'characters')
    return { tokenizer: { kind: 'characters', alphabet: alphabet ?? '' }, note: null };
  const began = performance.now();
  const merges = learnBpe(bytes, vocabulary);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const found = 256 + merges.length;
  const fewer = found < vocabulary ? `: only ${found} tokens, since no other pair occurs twice` : '';
  const note = `a byte-pair encoding of ${vocabulary} tokens was learned from ${bytes.length} bytes in ${seconds} s${fewer}`;
  return { tokenizer: { kind: 'bpe', merges, vocabulary }, note };
}
