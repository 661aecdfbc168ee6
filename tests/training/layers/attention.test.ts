import { describe, expect, it } from 'vitest';
import { backends } from '../backends.ts';
import { problemsOf, runModel } from './run-model.ts';

const waves = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(3 * i));

describe('attention', () => {
  it.each([
    ['MultiheadAttention', { num_heads: 4 }, 'embed_dim 6 is not divisible by num_heads 4', 'num_heads'],
    ['TransformerEncoderLayer', { nhead: 4 }, 'd_model 6 is not divisible by nhead 4', 'nhead'],
  ])('in %s needs features divisible by the number of heads', (type, args, message, argument) => {
    expect(problemsOf({ shape: [5, 6] }, { type, ...args })).toEqual([
      `model.layers[0].${argument}: layers[0] (${type}): ${message}`,
    ]);
  });

  it.each([
    ['MultiheadAttention', { num_heads: 2, embed_dim: 8 }, 'embed_dim'],
    ['TransformerEncoderLayer', { nhead: 2, d_model: 8 }, 'd_model'],
  ])('in %s reports the actual number of features', (type, args, argument) => {
    expect(problemsOf({ shape: [5, 6] }, { type, ...args })).toEqual([
      `model.layers[0].${argument}: layers[0] (${type}): ${argument} 8 given, but 6 arrive from the input [5, 6]`,
    ]);
  });

  it('is rejected if it would compute too many scores', () => {
    expect(problemsOf({ shape: [5000, 4] }, { type: 'MultiheadAttention', num_heads: 2 })).toEqual([
      'model.layers[0]: layers[0] (MultiheadAttention): num_heads × time × time = 2 × 5000 × 5000 is 50000000 scores per sample, the limit is 16000000 (from the input [5000, 4])',
    ]);
  });
});

describe.each(backends)('attention on %s', (_, backend) => {
  it.each([
    { type: 'MultiheadAttention', num_heads: 2, causal: true },
    { type: 'TransformerEncoderLayer', nhead: 2, dim_feedforward: 8, causal: true },
  ])('in a causal $type does not look ahead', async (layer) => {
    const model = { input: { shape: [5, 4] }, layers: [layer] };
    const inputs = waves(20);
    const before = await runModel(backend, model, inputs);
    const after = await runModel(backend, model, [
      ...inputs.slice(0, 12),
      ...inputs.slice(12).map((x) => x + 100),
    ]);
    expect(after.slice(0, 12)).toEqual(before.slice(0, 12));
    expect(after.slice(12)).not.toEqual(before.slice(12));
  });

  it.each([
    { type: 'MultiheadAttention', num_heads: 2, dropout: 0.5 },
    { type: 'TransformerEncoderLayer', nhead: 2, dim_feedforward: 8, dropout: 0.5 },
  ])('in a $type has dropout during training only, different at every step', async (layer) => {
    const model = { input: { shape: [5, 4] }, layers: [layer] };
    const run = (options: object) => runModel(backend, model, waves(20), options);
    const plain = await run({});
    expect(await run({ counter: 5 })).toEqual(plain);
    expect(await run({ training: true })).not.toEqual(plain);
    expect(await run({ training: true, counter: 1 })).not.toEqual(await run({ training: true }));
  });
});
