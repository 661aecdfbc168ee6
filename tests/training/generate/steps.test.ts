// A language model run token by token, against the same network over the whole context as the oracle.

import { afterAll, describe, expect, it } from 'vitest';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { type LanguageModel, loadLanguageModel } from '#training/generate/language-model.ts';
import { whyNoSteps } from '#training/generate/step-program.ts';
import { readModel } from '#training/model/model.ts';
import { initialNetwork, layoutOf } from '#training/model/network.ts';
import { loadPredictor } from '#training/predict.ts';
import { encodeArtifact } from '#training/run/artifact.ts';

const ALPHABET = 'abcdefghijkl';
const CONTEXT = 10;
const open: { dispose(): void }[] = [];
afterAll(() => {
  for (const each of open) each.dispose();
});

const embedding = { type: 'Embedding', num_embeddings: ALPHABET.length, embedding_dim: 8 };
const head = [
  { type: 'Linear', out_features: ALPHABET.length },
  { type: 'Permute', dims: [0, 2, 1] },
];
const block = { type: 'TransformerEncoderLayer', nhead: 2, dim_feedforward: 16, causal: true };

const NETWORKS: Record<string, unknown[]> = {
  'an LSTM of two layers': [
    embedding,
    { type: 'LSTM', hidden_size: 7, num_layers: 2, return: 'sequence' },
    ...head,
  ],
  'a GRU': [embedding, { type: 'GRU', hidden_size: 9, return: 'sequence' }, ...head],
  'an RNN without biases': [
    embedding,
    { type: 'RNN', hidden_size: 6, bias: false, return: 'sequence' },
    'ReLU',
    ...head,
  ],
  'two transformer layers': [
    embedding,
    'PositionalEmbedding',
    { ...block, norm_first: true, activation: 'gelu' },
    block,
    'LayerNorm',
    ...head,
  ],
  'attention beside a branch': [
    { ...embedding, name: 'tokens' },
    { type: 'MultiheadAttention', name: 'attention', num_heads: 4, causal: true },
    { type: 'Add', name: 'sum', inputs: ['tokens', 'attention'] },
    { type: 'Concat', dim: 2, inputs: ['sum', 'tokens'] },
    { type: 'Dropout', p: 0.5 },
    ...head,
  ],
};

function modelOf(layers: unknown[]) {
  const { details, value } = readModel({ input: { shape: [CONTEXT], dtype: 'int32' }, layers }, 'model');
  expect(details).toEqual([]);
  return value!;
}

function artifactOf(layers: unknown[]): Uint8Array {
  const model = modelOf(layers);
  const layout = layoutOf(model);
  const card = {
    version: 1,
    model: model.rendered,
    loss: { type: 'CrossEntropyLoss' },
    transform: { kind: 'none' },
    features: null,
    text: { tokenizer: { kind: 'characters', alphabet: ALPHABET }, context: CONTEXT },
    target: { name: null, labels: null },
  } as const;
  return encodeArtifact(card, model, layout, initialNetwork(model, layout, 3));
}

const tokens = Array.from({ length: CONTEXT }, (_, i) => (i * 7 + 3) % ALPHABET.length);

async function stepsOf(model: LanguageModel, read: readonly number[]): Promise<number[][]> {
  const reading = model.open();
  const found: number[][] = [];
  for (const token of read) found.push([...(await reading.read(token))]);
  return found;
}

describe.each(Object.entries(NETWORKS))('%s', (_, layers) => {
  it('gives the logits of the whole context, one position at a time', async () => {
    const artifact = artifactOf(layers);
    const whole = await loadPredictor(artifact, wasm);
    const model = await loadLanguageModel(artifact, wasm);
    open.push(whole, model);
    const [output] = [await whole.outputs(Float64Array.from(tokens))];
    const logits = await stepsOf(model, tokens);
    for (const [position, found] of logits.entries()) {
      for (const [token, value] of found.entries()) {
        expect(Math.abs(value - output[token * CONTEXT + position]!)).toBeLessThan(1e-6);
      }
    }
  });

  it('keeps two interleaved texts apart', async () => {
    const model = await loadLanguageModel(artifactOf(layers), wasm);
    open.push(model);
    const other = tokens.map((token) => (token + 5) % ALPHABET.length);
    const alone = [await stepsOf(model, tokens), await stepsOf(model, other)];
    const [first, second] = [model.open(), model.open()];
    const turns: number[][][] = [[], []];
    for (const [i, token] of tokens.entries()) {
      const both = await Promise.all([first.read(token), second.read(other[i]!)]);
      turns[0]!.push([...both[0]]);
      turns[1]!.push([...both[1]]);
    }
    expect(turns).toEqual(alone);
  });
});

describe('a network that cannot generate token by token', () => {
  const recurrent = { type: 'LSTM', hidden_size: 8, return: 'sequence' };
  it.each([
    [
      [embedding, { ...recurrent, bidirectional: true }, ...head],
      'layers[1] (LSTM) also runs from end to start',
    ],
    [
      [embedding, { ...recurrent, return: 'last' }, { type: 'Linear', out_features: 12 }],
      'layers[1] (LSTM) returns only its last state',
    ],
    [
      [embedding, { ...block, causal: false }, ...head],
      'layers[1] (TransformerEncoderLayer) lets positions attend to later ones',
    ],
    [
      [embedding, { type: 'MultiheadAttention', num_heads: 2 }, ...head],
      'layers[1] (MultiheadAttention) lets positions attend to later ones',
    ],
    [
      [
        embedding,
        { type: 'Permute', dims: [0, 2, 1] },
        { type: 'Conv1d', out_channels: 12, kernel_size: 3, padding: 1 },
      ],
      'layers[2] (Conv1d) cannot process positions one at a time',
    ],
    [
      [embedding, { type: 'Softmax', dim: 1 }, ...head],
      'layers[1] (Softmax) cannot process positions one at a time',
    ],
    [[embedding, { type: 'Linear', out_features: 12 }], 'its output is not [tokens, positions]'],
  ])('is rejected, naming the layer and the reason', (layers, why) => {
    expect(whyNoSteps(modelOf(layers))).toContain(why);
  });
});
