import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GenerateRequest, type NewGeneration } from '#contracts/jobs/generate.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { type WrittenToken, write } from '#training/generate/generate.ts';
import { type LanguageModel, loadLanguageModel } from '#training/generate/language-model.ts';
import { nextToken, probabilitiesOf } from '#training/generate/sample.ts';
import { TextSoFar } from '#training/generate/text-so-far.ts';
import { fit as trained } from '#training/run/fit.ts';
import { watching } from '../job.ts';
import { languageJob, type Said } from '../text/text-job.ts';

const TALE = 'the cat sat on the mat, and the dog sat on the log; 3 żółw!\n'.repeat(6);
const never = new AbortController().signal;

async function modelOf(said: Said): Promise<LanguageModel> {
  const { spec, table } = await languageJob(TALE, said);
  const { model } = await trained(spec, table, watching(), { backend: wasm });
  return loadLanguageModel(model, wasm);
}

async function writes(model: LanguageModel, request: NewGeneration, signal = never) {
  const told: WrittenToken[] = [];
  const written = await write(model, GenerateRequest.parse(request), (token) => told.push(token), signal);
  return { ...written, told };
}

const problem = (promise: Promise<unknown>) =>
  promise.then(
    () => 'written',
    (error: Error) => error.message,
  );

let recurrent: LanguageModel;
let attending: LanguageModel;
let pairs: LanguageModel;
beforeAll(async () => {
  const training = { epochs: 25, optimizer: { type: 'Adam', lr: 0.02 } };
  recurrent = await modelOf({ preprocess: { context: 16 }, training });
  attending = await modelOf({
    preprocess: { context: 8 },
    layers: [
      { type: 'Embedding', embedding_dim: 8 },
      'PositionalEmbedding',
      { type: 'TransformerEncoderLayer', nhead: 2, dim_feedforward: 16, causal: true },
      { type: 'Linear' },
      { type: 'Permute', dims: [0, 2, 1] },
    ],
    training: { epochs: 2 },
  });
  pairs = await modelOf({
    preprocess: { tokens: { bpe: { vocab_size: 4_000 } }, context: 8 },
    training: { epochs: 2 },
  });
});
afterAll(() => {
  for (const model of [recurrent, attending, pairs]) model.dispose();
});

describe('text generation', () => {
  it('continues a prompt like the training text', async () => {
    const { text, finish_reason, tokens, prompt_tokens } = await writes(recurrent, {
      prompt: 'the cat',
      max_tokens: 12,
      temperature: 0,
    });
    expect(text).toBe(' sat on the ');
    expect({ finish_reason, tokens, prompt_tokens }).toEqual({
      finish_reason: 'length',
      tokens: 12,
      prompt_tokens: 7,
    });
  });

  it('gives the same text for the same seed, regardless of concurrent requests, and other text for another seed', async () => {
    const asked = (seed: number) =>
      writes(recurrent, { prompt: 'the ', max_tokens: 60, seed, temperature: 1.5 });
    const alone = [await asked(1), await asked(2)];
    expect(alone[0]!.text).not.toBe(alone[1]!.text);
    expect(await Promise.all([asked(1), asked(2), asked(1)])).toEqual([...alone, alone[0]]);
  });

  it('streams tokens that join to the whole text', async () => {
    for (const model of [recurrent, attending, pairs]) {
      const { told, text, rest } = await writes(model, { prompt: 'dog', max_tokens: 80, temperature: 2 });
      expect(told.map((token) => token.text).join('') + rest).toBe(text);
      expect(told.map(({ index }) => index)).toEqual(Array.from({ length: 80 }, (_, i) => i));
    }
  });

  it('stops at a stop text without emitting it', async () => {
    const asked = { prompt: 'the cat', max_tokens: 60, temperature: 0 };
    const { text, finish_reason, told } = await writes(recurrent, { ...asked, stop: ['nowhere', 'on the'] });
    expect({ text, finish_reason }).toEqual({ text: ' sat ', finish_reason: 'stop' });
    expect(told.map((token) => token.text).join('')).toBe(' sat ');
  });

  it('continues past the context, from the recurrent state or from the last half of the context', async () => {
    for (const model of [recurrent, attending]) {
      const { tokens, warnings } = await writes(model, { prompt: 'the mat', max_tokens: 40 });
      expect({ tokens, warnings }).toEqual({ tokens: 40, warnings: [] });
    }
    expect([recurrent.positions, attending.positions]).toEqual([null, 8]);
    // The eighth token fills the context; the ninth is predicted from the last half of it.
    const { told } = await writes(attending, {
      prompt: 'the cat ',
      max_tokens: 2,
      temperature: 0,
      alternatives: 3,
    });
    const again = await writes(attending, {
      prompt: `cat${' '}${told[0]!.alternatives![0]!.text}`.slice(-4),
      max_tokens: 1,
      temperature: 0,
      alternatives: 3,
    });
    expect(again.told[0]!.alternatives).toEqual(told[1]!.alternatives);
  });

  it('warns that the start of a long prompt is cut off', async () => {
    const { warnings, prompt_tokens } = await writes(attending, { prompt: 'the cat sat on', max_tokens: 1 });
    expect(prompt_tokens).toBe(8);
    expect(warnings).toEqual([
      {
        code: 'prompt_cut',
        param: 'prompt',
        message: "the model's context is 8 tokens: the first 6 of the prompt's 14 were dropped",
      },
    ]);
    expect((await writes(recurrent, { prompt: TALE, max_tokens: 1 })).warnings).toEqual([]);
  });

  it('names characters of a prompt that never occur in the training text', async () => {
    expect(await problem(writes(recurrent, { prompt: 'the Qat: 3 € 🐢' }))).toBe(
      'prompt: the text that the model was trained on does not contain "Q", ":", "€", "🐢"',
    );
    expect(await problem(writes(recurrent, { prompt: '' }))).toBe(
      'prompt: is empty: the model needs at least one token to continue',
    );
    // Byte-level tokens cover every character.
    expect((await writes(pairs, { prompt: '€ 🐢', max_tokens: 3 })).tokens).toBe(3);
  });

  it('reports the most likely tokens with their probabilities', async () => {
    const { told } = await writes(recurrent, {
      prompt: 'the ca',
      max_tokens: 1,
      temperature: 0,
      alternatives: 20,
    });
    const { alternatives, text } = told[0]!;
    expect(alternatives![0]!.text).toBe(text);
    expect(alternatives!.reduce((sum, { probability }) => sum + probability, 0)).toBeGreaterThan(0.9);
    expect(alternatives!.map(({ probability }) => probability)).toEqual(
      alternatives!.map(({ probability }) => probability).toSorted((a, b) => b - a),
    );
  });

  it('stops between two tokens when the request is aborted', async () => {
    const left = new AbortController();
    const told: WrittenToken[] = [];
    const request = GenerateRequest.parse({ prompt: 'the ', max_tokens: 10_000 });
    const { finish_reason } = await write(
      recurrent,
      request,
      (token) => {
        told.push(token);
        if (told.length === 5) left.abort();
      },
      left.signal,
    );
    expect(finish_reason).toBe('cancelled');
    expect(told).toHaveLength(5);
  });
});

describe('sampling a token', () => {
  const logits = Float32Array.of(1, 3, 2, 3, -5);
  const allowed = Int32Array.of(0, 1, 2, 3, 4);
  const drawn = (how: object) => {
    const counts = new Array<number>(5).fill(0);
    const said = { temperature: 1, top_k: null, top_p: 1, ...how };
    for (let i = 0; i < 1_000; i++) counts[nextToken(logits, allowed, said, (i + 0.5) / 1_000)]!++;
    return counts.map((count) => count / 1_000);
  };

  it('follows the softmax of logits / temperature', () => {
    for (const temperature of [0.5, 1, 2]) {
      const weights = [...logits].map((logit) => Math.exp(logit / temperature));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (const [token, share] of drawn({ temperature }).entries())
        expect(share).toBeCloseTo(weights[token]! / total, 2);
      const told = probabilitiesOf(logits, allowed, temperature);
      for (const { token, probability } of told) expect(probability).toBeCloseTo(weights[token]! / total, 12);
    }
  });

  it('takes the first of the most likely tokens at temperature 0', () => {
    expect(drawn({ temperature: 0 })).toEqual([0, 1, 0, 0, 0]);
  });

  it('is limited to the k most likely tokens, and to the fewest with a total probability of p', () => {
    expect(drawn({ top_k: 1 })).toEqual([0, 1, 0, 0, 0]);
    expect(drawn({ top_k: 2 })).toEqual([0, 0.5, 0, 0.5, 0]);
    // Probabilities: 0.06, 0.40, 0.15, 0.40, 0.00.
    expect(drawn({ top_p: 0.3 })).toEqual([0, 1, 0, 0, 0]);
    expect(drawn({ top_p: 0.5 })).toEqual([0, 0.5, 0, 0.5, 0]);
    expect(drawn({ top_p: 0.9 })[0]).toBe(0);
    expect(drawn({ top_p: 0.9 })[2]).toBeGreaterThan(0);
  });

  it('never samples a token that is not allowed', () => {
    expect(nextToken(logits, Int32Array.of(0, 4), { temperature: 0, top_k: null, top_p: 1 }, 0)).toBe(0);
    expect(nextToken(logits, Int32Array.of(4), { temperature: 1, top_k: null, top_p: 1 }, 0.99)).toBe(4);
  });
});

describe('streamed text', () => {
  it('holds back the bytes of an incomplete character, and a possible start of a stop text', () => {
    const text = new TextSoFar(['END', 'NDX']);
    const turtle = new TextEncoder().encode('🐢');
    const said = [
      turtle.subarray(0, 2),
      turtle.subarray(2),
      ...'xEN EEND!'.split('').map((each) => new TextEncoder().encode(each)),
    ];
    expect(said.map((bytes) => text.add(bytes))).toEqual(['', '🐢', 'x', '', '', 'EN ', '', 'E', '', '', '']);
    expect(text.whole).toBe('🐢xEN E');
    expect(text.isStopped).toBe(true);
  });

  it('ends with the text held back, and with � for invalid bytes', () => {
    const text = new TextSoFar(['stop']);
    text.add(new TextEncoder().encode('a st'));
    text.add(Uint8Array.of(0xe2, 0x82));
    expect(text.end()).toBe('st�');
    expect(text.whole).toBe('a st�');
  });
});
