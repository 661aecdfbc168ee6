import { expect, it } from 'vitest';
import { openRateLimit } from '../../../services/api/keys/rate-limit.ts';

function clock() {
  let at = 0;
  return { now: () => at, pass: (ms: number) => (at += ms) };
}

it("allows a burst of one second's worth, then the allowed rate", () => {
  const { now, pass } = clock();
  const rates = openRateLimit(now);
  for (let i = 0; i < 10; i++) expect(rates.take('a', 10)).toBe(0);
  expect(rates.take('a', 10)).toBe(100);
  pass(99);
  expect(rates.take('a', 10)).toBe(1);
  pass(1);
  expect(rates.take('a', 10)).toBe(0);
  pass(60_000);
  for (let i = 0; i < 10; i++) expect(rates.take('a', 10)).toBe(0);
  expect(rates.take('a', 10)).toBeGreaterThan(0);
});

it('supports rates below one a second', () => {
  const { now, pass } = clock();
  const rates = openRateLimit(now);
  expect(rates.take('a', 0.1)).toBe(0);
  expect(rates.take('a', 0.1)).toBe(10_000);
  pass(10_000);
  expect(rates.take('a', 0.1)).toBe(0);
});

it('counts each key separately, and tracks a bounded number of keys', () => {
  const { now } = clock();
  const rates = openRateLimit(now, 2);
  expect(rates.take('a', 1)).toBe(0);
  expect(rates.take('b', 1)).toBe(0);
  expect(rates.take('a', 1)).toBeGreaterThan(0);
  expect(rates.take('c', 1)).toBe(0); // takes the place of b, which was used longest ago
  expect(rates.take('a', 1)).toBeGreaterThan(0);
  expect(rates.take('b', 1)).toBe(0);
});
