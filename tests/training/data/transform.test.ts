import { describe, expect, it } from 'vitest';
import { rowsIn } from '#training/data/rows/rows.ts';
import { applyTransform, fitTransform } from '#training/data/transform.ts';

describe('standardize', () => {
  it('gives mean 0 and standard deviation 1 on the rows it was fitted to', () => {
    const inputs = Float64Array.of(1, 100, 2, 300, 3, 200, 4, 400);
    const transform = fitTransform('standardize', rowsIn(inputs, 2), Int32Array.of(0, 1, 2, 3));
    // By hand: means 2.5 and 250, population standard deviations √1.25 and √12500.
    expect(transform).toEqual({
      kind: 'standardize',
      mean: [2.5, 250],
      std: [Math.sqrt(1.25), Math.sqrt(12500)],
    });
    const out = applyTransform(transform, inputs, 2);
    expect(out[0]).toBeCloseTo(-1.5 / Math.sqrt(1.25), 6);
    expect(out[7]).toBeCloseTo(150 / Math.sqrt(12500), 6);
  });

  it('is fitted to the training rows only', () => {
    const inputs = Float64Array.of(1, 3, 1e9);
    expect(fitTransform('standardize', rowsIn(inputs, 1), Int32Array.of(0, 1))).toEqual({
      kind: 'standardize',
      mean: [2],
      std: [1],
    });
  });

  it.each([0, 0.1, 1e-30, 1e12 + 0.1])('maps a column that is always %d to 0', (value) => {
    const inputs = new Float64Array(1000).fill(value);
    const rows = Int32Array.from(inputs.keys());
    const transform = fitTransform('standardize', rowsIn(inputs, 1), rows);
    expect(transform).toMatchObject({ std: [1] });
    expect(Math.max(...applyTransform(transform, inputs, 1).map(Math.abs))).toBeLessThan(1e-3);
  });

  it('preserves small differences next to a large mean', () => {
    const inputs = Float64Array.of(1e9, 1e9 + 1, 1e9 + 2);
    const transform = fitTransform('standardize', rowsIn(inputs, 1), Int32Array.of(0, 1, 2));
    const out = applyTransform(transform, inputs, 1);
    expect([...out].map((x) => Math.round(x * 1e4) / 1e4)).toEqual([-1.2247, 0, 1.2247]);
  });
});

it('none leaves the numbers unchanged', () => {
  const inputs = Float64Array.of(1, -2.5);
  expect([
    ...applyTransform(fitTransform('none', rowsIn(inputs, 1), Int32Array.of(0, 1)), inputs, 1),
  ]).toEqual([1, -2.5]);
});
