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

/** A few roundings of a number near 1: what numbers of that size leave where they cancel (1 − tanh² of a large x). */
const NOISE = 4e-7;

/**
 * Holds an array to the expected one, relative to its own largest number, so that zeros pass for no array of small ones.
 * @returns the largest difference, relative to that number, which the tolerance bounds
 */
export function expectClose(got: ArrayLike<number>, expected: readonly number[], tolerance: number): number {
  expect(got.length).toBe(expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(got[i]! - value)), 0);
  // A NaN would slip through a comparison of numbers.
  expect(Array.from(got).every(Number.isFinite)).toBe(true);
  // error ≤ tolerance exactly where worst ≤ tolerance · scale + NOISE.
  const error = worst / (scale + NOISE / tolerance);
  expect(error).toBeLessThanOrEqual(tolerance);
  return error;
}
