// Reads torch's results; tests/fixtures/make.py says how they were computed.

import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';

export function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** The fixture files of a kind: layers, layers-spatial, … */
export function fixtureNames(kind: string): string[] {
  const files = readdirSync(new URL('../fixtures/', import.meta.url)).sort();
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/\.json$/, ''))
    .filter((name) => name === kind || name.startsWith(`${kind}-`));
}

/** The cases of all fixture files of a kind. */
export function fixturesOf<T>(kind: string): T[] {
  return fixtureNames(kind).flatMap((name) => fixture<T[]>(name));
}

/** A few rounding errors of a number near 1: what is left when numbers of that size cancel (1 − tanh² of a large x). */
const NOISE = 4e-7;

/**
 * Compares an array to the expected one, relative to the largest expected number, so that zeros cannot pass for small numbers.
 * @returns the largest difference, relative to that number; at most `tolerance`
 */
export function expectClose(got: ArrayLike<number>, expected: readonly number[], tolerance: number): number {
  expect(got.length).toBe(expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(got[i]! - value)), 0);
  // Comparisons with NaN are false, so check for it first.
  expect(Array.from(got).every(Number.isFinite)).toBe(true);
  // error ≤ tolerance if and only if worst ≤ tolerance · scale + NOISE.
  const error = worst / (scale + NOISE / tolerance);
  expect(error).toBeLessThanOrEqual(tolerance);
  return error;
}
