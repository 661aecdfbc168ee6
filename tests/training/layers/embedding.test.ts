import { expect, it } from 'vitest';
import { readModel } from '#training/model/model.ts';
import { initialNetwork, layoutOf } from '#training/model/network.ts';
import { problemsOf } from './run-model.ts';

const TOKENS = { shape: [6], dtype: 'int32' };

it('an Embedding is initialized as N(0, 1), with zeros for the padding', () => {
  const layer = { type: 'Embedding', num_embeddings: 501, embedding_dim: 9, padding_idx: -2 };
  const model = readModel({ input: TOKENS, layers: [layer] }, 'model').value!;
  expect(model.rendered.layers[0]).toMatchObject({ padding_idx: 499 });
  const theta = initialNetwork(model, layoutOf(model), 3).theta!.subarray(0, 501 * 9);
  expect([...theta.subarray(499 * 9, 500 * 9)]).toEqual(new Array(9).fill(0));
  const drawn = [...theta].filter((x) => x !== 0);
  expect(drawn).toHaveLength(500 * 9);
  const mean = drawn.reduce((sum, x) => sum + x) / drawn.length;
  const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length;
  // Five standard deviations of each.
  expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(drawn.length));
  expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / drawn.length));
  // As many outside two standard deviations as in a normal distribution: 4.55 %.
  const far = drawn.filter((x) => Math.abs(x) > 2).length / drawn.length;
  expect(Math.abs(far - 0.0455)).toBeLessThan(5 * Math.sqrt(0.0455 / drawn.length));
});

it('padding_idx must be a valid token', () => {
  const layer = { type: 'Embedding', name: 'words', num_embeddings: 5, embedding_dim: 2, padding_idx: 5 };
  expect(problemsOf(TOKENS, layer)).toEqual([
    'model.layers[0].padding_idx: layers[0] (Embedding "words"): padding_idx 5 given, but tokens are 0 to 4',
  ]);
});

it('rejects a sequence longer than the number of positions, naming both lengths', () => {
  const layers = [
    { type: 'Embedding', num_embeddings: 5, embedding_dim: 2 },
    { type: 'PositionalEmbedding', max_len: 4 },
  ];
  expect(problemsOf(TOKENS, ...layers)).toEqual([
    'model.layers[1].max_len: layers[1] (PositionalEmbedding): max_len 4 given, but sequences of 6 arrive from Embedding [6] → [6, 2]',
  ]);
});
