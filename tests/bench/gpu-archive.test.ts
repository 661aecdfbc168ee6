// The contents of the archive for a machine with a GPU. Unpacking and running one takes minutes; bench/gpu.md says how.

import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expect as stood } from '../../bench/gpu-archive/vitest.ts';
import { imported, SUITES } from '../../bench/gpu-archive.ts';

it('packs every file that its suites and benchmarks import, and nothing of the service', async () => {
  const files = await imported();
  expect(files).toEqual(
    expect.arrayContaining([
      ...SUITES,
      'bench/step.ts',
      'tests/support/gpu.ts',
      'node_modules/zod/package.json',
    ]),
  );
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
  expect(files.filter((file) => /^services\/(api|store|worker|dashboard)\//.test(file))).toEqual([]);
});

describe('the stand-in for vitest', () => {
  // biome-ignore lint/suspicious/noExplicitAny: each has the matchers of vitest, which are not typed again
  const holds = (got: unknown) => stood(got) as any;

  it('passes expectations that hold', async () => {
    holds([1, { a: 2 }]).toEqual([1, { a: 2 }]);
    holds({ a: [1], b: 2 }).toMatchObject({ a: [1] });
    holds(0.1 + 0.2).toBeCloseTo(0.3, 10);
    holds(Number.NaN).not.toBe(0);
    holds(() => JSON.parse('{')).toThrow(SyntaxError);
    await holds(Promise.reject(new Error('gone'))).rejects.toThrow(/gone/);
  });

  it('fails expectations that do not hold', async () => {
    expect(() => holds([1]).toEqual([2])).toThrow('toEqual');
    expect(() => holds({ a: [1, 2] }).toMatchObject({ a: [1] })).toThrow('toMatchObject');
    expect(() => holds(0.31).toBeCloseTo(0.3, 3)).toThrow('toBeCloseTo');
    expect(() => holds(Number.NaN).toBeLessThan(1)).toThrow('toBeLessThan');
    expect(() => holds(1).not.toBe(1)).toThrow('not toBe');
    expect(() => holds(() => 1).toThrow()).toThrow('toThrow');
    await expect(holds(Promise.resolve(1)).rejects.toThrow()).rejects.toThrow('does not reject');
  });
});
