// Continues a prompt: the prompt is read token by token, then each sampled token is fed back. The same model, request and seed give the
// same text, however many texts are generated at once.

import { setImmediate as turn } from 'node:timers/promises';
import { Problem, problemOf } from '#contracts/errors.ts';
import type { GeneratedToken, GenerateRequest, Generation } from '#contracts/jobs/generate.ts';
import type { Warning } from '#contracts/warnings.ts';
import { STREAM, seedWord, threefry2x32 } from '#engine/random.ts';
import { type Coder, UnknownCharacters } from '../text/tokenizer.ts';
import type { LanguageModel, Reading } from './language-model.ts';
import { likeliestFirst, nextToken, probabilitiesOf } from './sample.ts';
import { TextSoFar } from './text-so-far.ts';

const TURN_MS = 5;
const SHOWN = 20;

export type Written = Omit<Generation, 'object' | 'job_id'>;
export type WrittenToken = Omit<GeneratedToken, 'object'>;

/** Reads tokens. When the positions are used up, it restarts with the last half of its context. */
class Reader {
  readonly #reading: Reading;
  readonly #positions: number | null;
  readonly #seen: number[] = [];

  constructor({ open, positions }: LanguageModel) {
    this.#reading = open();
    this.#positions = positions;
  }

  async read(token: number): Promise<Float32Array> {
    this.#seen.push(token);
    if (this.#reading.position !== this.#positions) return this.#reading.read(token);
    const again = this.#seen.splice(0).slice(-Math.max(1, Math.floor(this.#positions / 2)));
    this.#reading.restart();
    this.#seen.push(...again);
    let logits = new Float32Array(0);
    for (const each of again) logits = (await this.#reading.read(each)) as Float32Array<ArrayBuffer>;
    return logits;
  }
}

/**
 * The prompt as tokens, and a warning if only its end fits the context.
 * @throws Problem naming what is wrong with it
 */
export function readPrompt(
  model: LanguageModel,
  prompt: string,
): { tokens: Int32Array; warnings: Warning[] } {
  let tokens: Int32Array;
  try {
    tokens = model.coder.encode(new TextEncoder().encode(prompt));
  } catch (error) {
    if (!(error instanceof UnknownCharacters)) throw error;
    const { characters } = error;
    const shown = characters.slice(0, SHOWN).map((character) => JSON.stringify(character));
    const more = characters.length > SHOWN ? ` and ${characters.length - SHOWN} more` : '';
    const message = `the text that the model was trained on does not contain ${shown.join(', ')}${more}`;
    throw problemOf('invalid_request', [{ param: 'prompt', code: 'unknown_characters', message }]);
  }
  if (tokens.length === 0) {
    const message = 'is empty: the model needs at least one token to continue';
    throw problemOf('invalid_request', [{ param: 'prompt', code: 'empty', message }]);
  }
  const { positions } = model;
  if (positions === null || tokens.length <= positions) return { tokens, warnings: [] };
  const message = `the model's context is ${positions} tokens: the first ${tokens.length - positions} of the prompt's ${tokens.length} were dropped`;
  const warnings = [{ code: 'prompt_cut', param: 'prompt', message }];
  return { tokens: tokens.slice(-positions), warnings };
}

/**
 * @param told is called for each token, as soon as its text is final
 * @param signal stops between two tokens
 * @throws Problem if the prompt is refused or the network yields NaN
 */
export async function write(
  model: LanguageModel,
  request: GenerateRequest,
  told: (token: WrittenToken) => void,
  signal: AbortSignal,
): Promise<Written> {
  const { prompt, max_tokens, seed, stop, alternatives } = request;
  const { tokens, warnings } = readPrompt(model, prompt);
  const { coder } = model;
  // A byte-pair encoding may have learned fewer tokens than the network has room for.
  const allowed = Int32Array.from({ length: coder.vocabulary }, (_, token) => token).filter(
    (token) => coder.bytesOf(token).length > 0,
  );
  const reader = new Reader(model);
  const text = new TextSoFar(stop);
  const key = seedWord(seed);
  let last = performance.now();
  const rest = async () => {
    if (performance.now() - last < TURN_MS) return;
    await turn();
    last = performance.now();
  };
  let logits: Float32Array = new Float32Array(0);
  for (const token of tokens) {
    if (signal.aborted) break;
    logits = await reader.read(token);
    await rest();
  }
  let count = 0;
  while (!signal.aborted && count < max_tokens && !text.isStopped) {
    if (logits.some(Number.isNaN)) throw new Problem('conflict', 'the network outputs NaN');
    const [high, low] = threefry2x32(key, STREAM.generate, 0, count);
    // 53 random bits.
    const drawn = ((high >>> 5) * 2 ** 26 + (low >>> 6)) * 2 ** -53;
    const token = nextToken(logits, allowed, request, drawn);
    const others =
      alternatives === 0 ? {} : { alternatives: alternativesOf(logits, allowed, request, coder) };
    const shown = text.add(coder.bytesOf(token));
    told({ index: count, token, text: shown, ...others });
    count++;
    if (count < max_tokens && !text.isStopped) logits = await reader.read(token);
    await rest();
  }
  const left = text.end();
  return {
    text: text.whole,
    rest: left,
    finish_reason: text.isStopped ? 'stop' : signal.aborted ? 'cancelled' : 'length',
    prompt_tokens: tokens.length,
    tokens: count,
    warnings,
  };
}

/** The most likely tokens, with probabilities at the request's temperature (1 if it is 0). */
function alternativesOf(
  logits: Float32Array,
  allowed: Int32Array,
  { temperature, alternatives }: GenerateRequest,
  coder: Coder,
) {
  const all = probabilitiesOf(logits, allowed, temperature === 0 ? 1 : temperature);
  return likeliestFirst(all)
    .slice(0, alternatives)
    .map(({ token, probability }) => ({
      token,
      text: new TextDecoder().decode(coder.bytesOf(token)),
      probability,
    }));
}
