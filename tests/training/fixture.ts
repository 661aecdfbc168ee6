// What torch computed: tests/fixtures/make.py says how.

import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';

export function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** The cases of every file of a kind: layers.json, layers-spatial.json, … */
export function fixturesOf<T>(kind: string): T[] {
  const names = readdirSync(new URL('../fixtures/', import.meta.url)).sort();
  const files = names.filter(
    (name) => name === `${kind}.json` || (name.startsWith(`${kind}-`) && name.endsWith('.json')),
  );
  return files.flatMap((name) => fixture<T[]>(name.replace(/\.json$/, '')));
}

/** Largest difference, relative to the largest expected number (and at least to 1). */
export function expectClose(got: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(got.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  const worst = Math.max(0, ...expected.map((value, i) => Math.abs(got[i]! - value)));
  // A NaN would slip through a comparison of numbers.
  expect(Array.from(got).every(Number.isFinite)).toBe(true);
  expect(worst / scale).toBeLessThanOrEqual(tolerance);
}
