import { describe, expect, it } from 'vitest';
import { backends } from '../backends.ts';
import { expectClose } from '../fixture.ts';
import { problemsOf, runModel } from './run-model.ts';

const linear = (name: string, out_features: number, ...inputs: string[]) => ({
  name,
  type: 'Linear',
  out_features,
  ...(inputs.length > 0 ? { inputs } : {}),
});

describe('layers that join', () => {
  it.each(['Add', 'Mul'])('%s names both layers and both shapes if they do not match', (type) => {
    const layers = [linear('wide', 8), linear('narrow', 3, 'input'), { type, inputs: ['wide', 'narrow'] }];
    expect(problemsOf({ shape: [4] }, ...layers)).toEqual([
      `model.layers[2].inputs: layers[2] (${type}): joins inputs of the same shape, but [8] arrives from Linear "wide" [4] → [8], [3] from Linear "narrow" [4] → [3]`,
    ]);
    const flat = [
      { name: 'flat', type: 'Flatten' },
      { type, inputs: ['flat', 'input'] },
    ];
    expect(problemsOf({ shape: [1, 4] }, ...flat)[0]).toMatch(
      /\[4\] arrives from Flatten "flat" .*, \[1, 4\] from the input \[1, 4\]/,
    );
  });

  it('Concat allows shapes to differ only in its own dimension', () => {
    const layers = [linear('a', 3), linear('b', 5, 'input')];
    const join = (dim: number) =>
      problemsOf({ shape: [2, 4] }, ...layers, { type: 'Concat', dim, inputs: ['a', 'b'] });
    expect(join(2)).toEqual([]);
    expect(join(-1)).toEqual([]);
    expect(join(1)).toEqual([
      'model.layers[2].inputs: layers[2] (Concat): joins inputs that differ only in dim 1, but [2, 3] arrives from Linear "a" [2, 4] → [2, 3], [2, 5] from Linear "b" [2, 4] → [2, 5]',
    ]);
    expect(join(0)[0]).toMatch(/dim 0 is the batch/);
    expect(join(3)[0]).toMatch(/dim 3 given, but \[batch, 2, 3\] has dims -3 to 2/);
  });

  it('rejects a single input, and an input from an unknown layer', () => {
    expect(problemsOf({ shape: [4] }, linear('a', 4), 'Add')[0]).toMatch(/joins two or more inputs/);
    expect(
      problemsOf({ shape: [4] }, linear('first', 4), { type: 'Add', inputs: ['fist', 'input'] })[0],
    ).toMatch(/there is no layer "fist" before it; .*first/);
  });
});

describe.each(backends)('joining on %s', (_, backend) => {
  it('broadcasts a dimension of size 1, as in channel gating', async () => {
    const gated = [
      { name: 'sums', type: 'Linear', out_features: 1, bias: false },
      { type: 'Mul', inputs: ['input', 'sums'] },
    ];
    const inputs = [1, 2, 3, 4, 5, 6];
    const sums = await runModel(backend, { input: { shape: [2, 3] }, layers: gated.slice(0, 1) }, inputs);
    const y = await runModel(backend, { input: { shape: [2, 3] }, layers: gated }, inputs);
    expectClose(
      y,
      inputs.map((x, i) => x * sums[Math.floor(i / 3)]!),
      1e-6,
    );
  });

  it('concatenates branches of different sizes', async () => {
    const layers = [
      { name: 'tanh', type: 'Tanh' },
      { type: 'Concat', inputs: ['input', 'tanh', 'input'] },
    ];
    const y = await runModel(backend, { input: { shape: [2] }, layers }, [0, 5, 1, 7]);
    expect([...y].filter((_, i) => i % 6 < 2 || i % 6 > 3)).toEqual([0, 5, 0, 5, 1, 7, 1, 7]);
  });
});
