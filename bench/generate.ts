// Text generation speed of language models: with cached layer state, and by rereading the whole context for every token as predict does.
// `npm run bench -- generate [tokens]`. Both take the most likely token, and must generate the same text.

import { loadLanguageModel } from '#training/generate/language-model.ts';
import { readModel } from '#training/model/model.ts';
import { initialNetwork, layoutOf } from '#training/model/network.ts';
import { loadPredictor } from '#training/predict.ts';
import { encodeArtifact } from '#training/run/artifact.ts';

const ALPHABET = Array.from({ length: 64 }, (_, i) => String.fromCharCode(0x30 + i)).join('');
const CONTEXT = 64;
const VOCABULARY = ALPHABET.length;

const head = [
  { type: 'Linear', out_features: VOCABULARY },
  { type: 'Permute', dims: [0, 2, 1] },
];
const block = {
  type: 'TransformerEncoderLayer',
  nhead: 4,
  dim_feedforward: 256,
  norm_first: true,
  causal: true,
};
const NETWORKS: Record<string, unknown[]> = {
  'lstm (128 units)': [
    { type: 'Embedding', num_embeddings: VOCABULARY, embedding_dim: 64 },
    { type: 'LSTM', hidden_size: 128, return: 'sequence' },
    ...head,
  ],
  'gru (2 × 128 units)': [
    { type: 'Embedding', num_embeddings: VOCABULARY, embedding_dim: 64 },
    { type: 'GRU', hidden_size: 128, num_layers: 2, return: 'sequence' },
    ...head,
  ],
  'gpt (2 layers, width 64)': [
    { type: 'Embedding', num_embeddings: VOCABULARY, embedding_dim: 64 },
    'PositionalEmbedding',
    block,
    block,
    'LayerNorm',
    ...head,
  ],
};

function artifactOf(layers: unknown[]): Uint8Array {
  const model = readModel({ input: { shape: [CONTEXT], dtype: 'int32' }, layers }, 'model').value!;
  const layout = layoutOf(model);
  const text = { tokenizer: { kind: 'characters', alphabet: ALPHABET }, context: CONTEXT } as const;
  const target = { name: null, labels: null };
  const common = { version: 1, loss: { type: 'CrossEntropyLoss' }, transform: { kind: 'none' } } as const;
  const card = { ...common, model: model.rendered, features: null, text, target };
  return encodeArtifact(card, model, layout, initialNetwork(model, layout, 1));
}

const likeliest = (count: number, logit: (token: number) => number) => {
  let best = 0;
  for (let token = 1; token < count; token++) if (logit(token) > logit(best)) best = token;
  return best;
};

/** Both stay within one context, so that they see the same tokens. */
export async function bench([given = '63']: string[]): Promise<void> {
  const tokens = Math.min(CONTEXT - 1, Number(given));
  const rounds = 5;
  for (const [name, layers] of Object.entries(NETWORKS)) {
    const artifact = artifactOf(layers);
    const model = await loadLanguageModel(artifact);
    const predictor = await loadPredictor(artifact);
    const remembering = async () => {
      const reading = model.open();
      const written = [7];
      while (written.length <= tokens) {
        const logits = await reading.read(written.at(-1)!);
        written.push(likeliest(VOCABULARY, (token) => logits[token]!));
      }
      return written;
    };
    const reading = async () => {
      const written = [7];
      while (written.length <= tokens) {
        const context = new Float64Array(CONTEXT);
        context.set(written);
        const output = await predictor.outputs(context);
        const place = written.length - 1;
        written.push(likeliest(VOCABULARY, (token) => output[token * CONTEXT + place]!));
      }
      return written;
    };
    const rate = async (write: () => Promise<number[]>) => {
      await write();
      let best = Number.POSITIVE_INFINITY;
      for (let round = 0; round < rounds; round++) {
        const began = performance.now();
        await write();
        best = Math.min(best, performance.now() - began);
      }
      return (tokens / best) * 1_000;
    };
    if ((await remembering()).join() !== (await reading()).join())
      throw new Error(`${name}: they write differently`);
    const [kept, whole] = [await rate(remembering), await rate(reading)];
    process.stdout.write(
      `${name.padEnd(26)} ${kept.toFixed(0).padStart(7)} tokens/s, ${whole.toFixed(0).padStart(6)} by the whole context of ${CONTEXT}: ${(kept / whole).toFixed(1)}×\n`,
    );
    model.dispose();
    predictor.dispose();
  }
}
