// What torch computed: tests/fixtures/make.py says how.

import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';

export function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** The files of a kind: layers, layers-spatial, … */
export function fixtureNames(kind: string): string[] {
  const files = readdirSync(new URL('../fixtures/', import.meta.url)).sort();
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/\.json$/, ''))
    .filter((name) => name === kind || name.startsWith(`${kind}-`));
}

/** The cases of every file of a kind. */
export function fixturesOf<T>(kind: string): T[] {
  return fixtureNames(kind).flatMap((name) => fixture<T[]>(name));
}

/** Gives the largest difference, relative to the largest expected number (and at least to 1), which the tolerance bounds. */
export function expectClose(got: ArrayLike<number>, expected: readonly number[], tolerance: number): number {
  expect(got.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  const worst = Math.max(0, ...expected.map((value, i) => Math.abs(got[i]! - value)));
  // A NaN would slip through a comparison of numbers.
  expect(Array.from(got).every(Number.isFinite)).toBe(true);
  expect(worst / scale).toBeLessThanOrEqual(tolerance);
  return worst / scale;
}
