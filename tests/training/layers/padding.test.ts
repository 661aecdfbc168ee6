// Padding, against the same network over the unpadded sequence as the oracle: outputs, and what is learned.

import { describe, expect, it } from 'vitest';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { readModel } from '#training/model/model.ts';
import { initialNetwork, layoutOf } from '#training/model/network.ts';
import { openPrograms } from '#training/predict/programs.ts';
import { decodeArtifact } from '#training/run/artifact.ts';
import { fit as trained } from '#training/run/fit.ts';
import { smallJob, watching } from '../job.ts';

const TIME = 7;
const TOKENS = 9;
const embedding = { type: 'Embedding', num_embeddings: TOKENS, embedding_dim: 6 };
const pooled = [
  { type: 'Permute', dims: [0, 2, 1] },
  { type: 'AdaptiveAvgPool1d', output_size: 1 },
  'Flatten',
  { type: 'Linear', out_features: 3 },
];
const last = (type: string, more: object = {}) => [
  embedding,
  { type, hidden_size: 5, ...more },
  { type: 'Linear', out_features: 3 },
];

const NETWORKS: Record<string, unknown[]> = {
  'an RNN': last('RNN'),
  'an LSTM in both directions, two layers deep': last('LSTM', { bidirectional: true, num_layers: 2 }),
  'a GRU': last('GRU'),
  'a GRU whose states are averaged': [
    embedding,
    { type: 'GRU', hidden_size: 5, return: 'sequence' },
    ...pooled,
  ],
  'the mean of embeddings': [embedding, 'ReLU', { type: 'Linear', out_features: 4 }, ...pooled],
  'attention in both directions': [
    embedding,
    { type: 'TransformerEncoderLayer', nhead: 2, dim_feedforward: 8, dropout: 0 },
    'LayerNorm',
    ...pooled,
  ],
  'causal attention beside its input': [
    { ...embedding, name: 'tokens' },
    { type: 'MultiheadAttention', name: 'attention', num_heads: 3, causal: true },
    { type: 'Add', inputs: ['tokens', 'attention'] },
    ...pooled,
  ],
};

function modelOf(layers: unknown[], time: number, padding?: number) {
  const input = { shape: [time], dtype: 'int32', ...(padding !== undefined && { padding }) };
  const { details, value } = readModel({ input, layers }, 'model');
  expect(details).toEqual([]);
  return value!;
}

async function outputsOf(layers: unknown[], time: number, padding: number | undefined, rows: number[][]) {
  const model = modelOf(layers, time, padding);
  const layout = layoutOf(model);
  const programs = await openPrograms(model, layout, initialNetwork(model, layout, 5), wasm);
  try {
    return await programs.run(Int32Array.from(rows.flat()));
  } finally {
    programs.dispose();
  }
}

const sequence = (length: number) => Array.from({ length }, (_, i) => 1 + ((i * 5 + length) % (TOKENS - 1)));
const padded = (tokens: number[], time = TIME) => [
  ...tokens,
  ...new Array<number>(time - tokens.length).fill(0),
];

describe.each(Object.entries(NETWORKS))('padding at the end of a sequence for %s', (_, layers) => {
  it('does not change the output', async () => {
    const lengths = [1, 2, 4, TIME];
    const all = await outputsOf(
      layers,
      TIME,
      0,
      lengths.map((length) => padded(sequence(length))),
    );
    for (const [row, length] of lengths.entries()) {
      const alone = await outputsOf(layers, length, undefined, [sequence(length)]);
      for (const [i, value] of alone.entries()) expect(all[row * 3 + i]).toBeCloseTo(value, 5);
    }
  });
});

describe('padding', () => {
  it.each(['an LSTM in both directions, two layers deep', 'attention in both directions'])(
    'does not affect training of %s',
    async (name) => {
      const rows = Array.from({ length: 12 }, (_, i) =>
        sequence(4).map((token) => 1 + ((token + i) % (TOKENS - 1))),
      );
      const targets = rows.map((_, i) => i % 3);
      const learned = async (time: number, padding: number | null) => {
        const model = { input: { shape: [time], dtype: 'int32', padding }, layers: NETWORKS[name]! };
        // Adam would amplify the rounding errors of zero gradients.
        const training = {
          epochs: 4,
          validation_split: 0,
          batch_size: 5,
          optimizer: { type: 'SGD', lr: 0.2 },
        };
        const { spec, table } = await smallJob(
          { model, training },
          { inputs: rows.map((row) => padded(row, time)), targets },
        );
        const { model: file } = await trained(spec, table, watching(), { backend: wasm });
        return decodeArtifact(file).states.theta!;
      };
      const [without, withPadding] = [await learned(4, null), await learned(TIME, 0)];
      const most = without.reduce((most, value, i) => Math.max(most, Math.abs(value - withPadding[i]!)), 0);
      expect(most).toBeLessThan(1e-5);
    },
  );

  it('gives finite outputs for a row of padding only', async () => {
    for (const layers of Object.values(NETWORKS)) {
      const output = await outputsOf(layers, TIME, 0, [padded([])]);
      expect([...output].every(Number.isFinite)).toBe(true);
    }
  });

  it.each([
    [{ padding: 9 }, [embedding, ...pooled], '9 given, but tokens are 0 to 8'],
    [{ dtype: 'float32' }, [{ type: 'Linear', out_features: 2 }], 'is a token id'],
    [
      {},
      [embedding, 'Flatten', { type: 'Linear', out_features: 2 }],
      'layers[1] (Flatten) does not know which positions are padding',
    ],
    [
      {},
      [
        embedding,
        { type: 'Permute', dims: [0, 2, 1] },
        { type: 'Conv1d', out_channels: 2, kernel_size: 3 },
        'Flatten',
      ],
      'layers[2] (Conv1d) does not know which positions',
    ],
    [
      {},
      [
        embedding,
        { type: 'Permute', dims: [0, 2, 1] },
        { type: 'AdaptiveAvgPool1d', output_size: 2 },
        'Flatten',
      ],
      'layers[2] (AdaptiveAvgPool1d) does not know',
    ],
  ])('is rejected if it cannot be masked out: %j', (change, layers, why) => {
    const input = { shape: [TIME], dtype: 'int32', padding: 0, ...change };
    const { details } = readModel({ input, layers }, 'model');
    expect(details.map(({ message }) => message).join()).toContain(why);
    const taken = readModel({ input: { ...input, padding: null }, layers }, 'model');
    expect(taken.details).toEqual([]);
  });
});
