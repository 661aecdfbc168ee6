// How a job prepares a plain text for a language model: tokens, windows, and the held-out end. All of it is known from the dataset's
// description, except how many tokens a byte-pair encoding gives: that is estimated until it has been learned.

import { z } from 'zod';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { Bpe, type RenderedTokens, type TextInfo, textPreprocess } from '#contracts/datasets/text-data.ts';
import type { Detail } from '#contracts/errors.ts';
import { detailsOf } from '#contracts/problems.ts';
import type { RenderedPreprocess, RenderedTraining } from '#contracts/training/training.ts';
import { isObject } from '../canonical/component.ts';
import type { JobInfo } from '../data/rows/join.ts';
import { type Holding, PARTS, partsOf } from '../job/held-out.ts';
import { BYTES } from './learn-bpe.ts';
import { cutText, type Parts, type Windows, windowCount } from './windows.ts';

const CONTEXT = 64;

const { max_length: _, tokens: __, ...sizes } = textPreprocess;
/** Tokens are validated separately: the valid ones depend on the dataset. */
const Said = z.strictObject({ ...sizes, tokens: z.unknown().optional() });
const BpeTokens = z.strictObject({ bpe: Bpe });

/** A job's settings for a plain text, with all defaults filled in. */
export interface LanguagePreprocess extends Windows {
  readonly tokens: RenderedTokens;
  readonly vocabulary: number;
}

export interface LanguageJob {
  readonly details: Detail[];
  /** Null if the request was refused. */
  readonly value: {
    readonly info: JobInfo;
    readonly preprocess: RenderedPreprocess;
    /** The requested preprocessing of targets; unset for language models, whose targets are tokens. */
    readonly target?: 'auto' | RenderedPreprocess['target'];
  } | null;
}

/**
 * @param given the request's preprocess
 * @param model the request's model, whose input shape may set the context
 * @param training null if it was refused
 */
export function readLanguageJob(
  info: DatasetInfo & { readonly text: TextInfo },
  given: unknown,
  model: unknown,
  training: RenderedTraining | null,
): LanguageJob {
  const details: Detail[] = [];
  const refuse = (param: string, code: string, message: string) => details.push({ param, code, message });
  const said = given === 'none' || given === undefined ? {} : given;
  const parsed = Said.safeParse(said);
  if (!parsed.success) return { details: detailsOf(parsed.error, Said, 'preprocess', said), value: null };
  const tokens = readTokens(parsed.data.tokens, info.text, refuse);
  const context = parsed.data.context ?? contextOf(model) ?? CONTEXT;
  const stride = parsed.data.stride ?? context;
  if (stride > context) {
    const message = `${stride} is more than the context of ${context}: tokens between the windows would be lost`;
    refuse('preprocess.stride', 'does_not_fit', message);
  }
  if (tokens === null || details.length > 0) return { details, value: null };
  const vocabulary = vocabularyOf(tokens, info.text);
  const preprocess = { tokens, context, stride, vocabulary };
  const parts = partsIn(info.text, tokens, training);
  const unit = typeof tokens === 'string' ? tokens : 'bytes';
  if (parts.train <= context && tokens !== null && typeof tokens === 'string') {
    const message = `the training part is ${parts.train} ${unit} long, but a window needs ${context + 1}: use a longer text or a shorter context`;
    refuse('preprocess.context', 'too_big', message);
  }
  if (details.length > 0) return { details, value: null };
  return {
    details,
    value: {
      info: windowedInfo(info, preprocess, tokensIn(parts, tokens)),
      preprocess: { inputs: 'none', target: 'none', ...preprocess },
    },
  };
}

function readTokens(
  given: unknown,
  { alphabet }: TextInfo,
  refuse: (param: string, code: string, message: string) => void,
): RenderedTokens | null {
  const param = 'preprocess.tokens';
  if (given === 'bytes') return given;
  if (given === undefined || given === 'characters') {
    if (alphabet !== null) return 'characters';
    refuse(
      param,
      'too_big',
      'the text has more than 20,000 different characters: use "bytes" or {"bpe": {"vocab_size": 512}}',
    );
    return null;
  }
  if (typeof given === 'object' && given !== null && 'bpe' in given) {
    const read = BpeTokens.safeParse(given);
    if (read.success) return read.data;
    for (const each of detailsOf(read.error, BpeTokens, param, given))
      refuse(each.param, each.code, each.message);
    return null;
  }
  const shown = JSON.stringify(given)?.slice(0, 100);
  refuse(
    param,
    'invalid_value',
    `for a text, expected "characters", "bytes" or {"bpe": {"vocab_size": 512}}, not ${shown}`,
  );
  return null;
}

/** The sequence length from the model's input shape, if it has one. */
function contextOf(model: unknown): number | null {
  const input = isObject(model) && isObject(model.input) ? model.input.shape : null;
  const [context] = Array.isArray(input) && input.length === 1 ? input : [];
  return Number.isSafeInteger(context) && context > 0 ? context : null;
}

export function vocabularyOf(tokens: RenderedTokens, { alphabet }: TextInfo): number {
  if (tokens === 'bytes') return BYTES;
  if (tokens === 'characters') return Array.from(alphabet ?? '').length;
  return 'bpe' in tokens ? tokens.bpe.vocab_size : 0;
}

/** Sizes in characters if those are the tokens, otherwise in bytes. */
export function partsIn(text: TextInfo, tokens: RenderedTokens, training: Holding | null): Parts {
  const held = training === null ? { validation: null, test: null } : partsOf(training);
  const share = (part: (typeof PARTS)[number]) => {
    const how = held[part];
    return how !== null && 'fraction' in how ? how.fraction : 0;
  };
  const units = tokens === 'characters' ? text.characters : text.bytes;
  return cutText(units, { validation: share('validation'), test: share('test') });
}

/** Average bytes per byte-pair token, fitted to measurements on English text: 1.9 with 512 tokens, 3.4 with 8,192. */
function bytesPerToken(size: number): number {
  return Math.min(4, 1 + 0.55 * Math.log2(size / BYTES) ** 0.75);
}

function tokensIn(parts: Parts, tokens: RenderedTokens): Parts {
  if (typeof tokens === 'string' || !('bpe' in tokens)) return parts;
  const each = bytesPerToken(tokens.bpe.vocab_size);
  const estimate = (bytes: number) => (bytes === 0 ? 0 : Math.max(2, Math.ceil(bytes / each)));
  return { train: estimate(parts.train), validation: estimate(parts.validation), test: estimate(parts.test) };
}

/** The dataset as the network sees it, with windows as samples, cut for each part separately. @param tokens in each part */
export function windowedInfo(
  { text: _, ...info }: DatasetInfo,
  { context, stride, vocabulary }: LanguagePreprocess,
  tokens: Parts,
): JobInfo {
  const count = (part: keyof Parts) => windowCount(tokens[part], { context, stride });
  const [validation, test] = [count('validation'), count('test')];
  return {
    ...info,
    samples: count('train') + validation + test,
    input_shape: [context],
    input_range: { min: 0, max: vocabulary - 1, integral: true },
    input_dtype: vocabulary <= BYTES ? 'uint8' : 'int32',
    parts: { validation, test },
    target: { ...info.target, shape: [context], min: 0, max: vocabulary - 1, integral: true },
  };
}

/** Refuses splits other than holding out the end of a text. @param given the request's training */
export function* checkEnds(given: unknown, rendered: RenderedTraining): Generator<Detail> {
  for (const part of PARTS) {
    const how = rendered[part];
    const asked = isObject(given) ? given[part] : undefined;
    const param = `training.${part}`;
    if (how === null) continue;
    if ('dataset' in how || how.by === 'column') {
      const message = 'the end of a text is held out: use {"fraction": 0.1}';
      yield { param, code: 'does_not_fit', message };
    } else if (isObject(asked) && asked.by === 'random') {
      const message = 'windows of a text are consecutive and overlap, so its end is held out: use "last"';
      yield { param: `${param}.by`, code: 'does_not_fit', message };
    }
  }
}
