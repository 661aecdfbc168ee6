// Tests the comparison that the torch suites rely on: it must reject errors, however small.

import { expect, it } from 'vitest';
import { expectClose } from './fixture.ts';

it('rejects zeros in place of small numbers', () => {
  const small = [2e-4, -5e-5, 1e-4];
  expect(() => expectClose([0, 0, 0], small, 1e-4)).toThrow();
  expect(() => expectClose(small, small, 1e-4)).not.toThrow();
});

it('bounds the difference relative to the largest expected number, whatever its size', () => {
  for (const size of [1e-2, 1, 1e6]) {
    expect(() => expectClose([size, 1.5e-4 * size], [size, 0], 1e-4)).toThrow();
    expect(expectClose([size, 0.5e-4 * size], [size, 0], 1e-4)).toBeGreaterThan(0.3e-4);
  }
});

it('rejects values that are not finite', () => {
  expect(() => expectClose([Number.NaN], [1], 1e-4)).toThrow();
});
