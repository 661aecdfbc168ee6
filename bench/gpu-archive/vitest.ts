// The part of vitest's API that the archive's suites use, on Node's own test runner, because vitest itself is larger than everything else
// in the archive. It takes the package's place there.

import assert from 'node:assert';
import { after, describe as nodeDescribe, it as nodeIt } from 'node:test';
import { format, isDeepStrictEqual } from 'node:util';

type Body = (...values: never[]) => unknown;
type Define = (name: string, body: () => unknown, timeout?: number) => unknown;

function extended(define: Define, skip: Define) {
  const named = (name: string, values: readonly unknown[]) =>
    format(
      name.replace(/\$(\w+)/g, (_, key: string) => String((values[0] as Record<string, unknown>)[key])),
      ...values.filter((value) => typeof value !== 'object').slice(0, (name.match(/%[sdijo]/g) ?? []).length),
    );
  const each = (rows: Iterable<unknown>) => (name: string, body: Body) => {
    for (const row of rows) {
      const values = Array.isArray(row) ? row : [row];
      define(named(name, values), () => body(...(values as never[])));
    }
  };
  return Object.assign((name: string, body: () => unknown) => void define(name, () => body()), {
    each,
    skipIf: (condition: unknown) => (condition ? skip : define),
  });
}

export const describe = extended(nodeDescribe as Define, nodeDescribe.skip as Define);
export const it = extended(nodeIt as Define, nodeIt.skip as Define);
export { it as test };
export const afterAll = after;

const matches = (got: unknown, pattern: unknown): boolean => {
  if (typeof pattern !== 'object' || pattern === null) return Object.is(got, pattern);
  if (typeof got !== 'object' || got === null) return false;
  if (Array.isArray(pattern) && (got as unknown[]).length !== pattern.length) return false;
  return Object.entries(pattern).every(([key, value]) =>
    matches((got as Record<string, unknown>)[key], value),
  );
};
const saysOf = (error: unknown, wanted: unknown): boolean => {
  if (wanted === undefined) return true;
  if (typeof wanted === 'function') return error instanceof wanted;
  const message = error instanceof Error ? error.message : String(error);
  return wanted instanceof RegExp ? wanted.test(message) : message.includes(String(wanted));
};
const thrown = (run: () => unknown): { error: unknown } | null => {
  try {
    run();
    return null;
  } catch (error) {
    return { error };
  }
};

const MATCHERS: Record<string, (got: never, ...wanted: never[]) => boolean> = {
  toBe: (got: unknown, wanted: unknown) => Object.is(got, wanted),
  toEqual: (got: unknown, wanted: unknown) => isDeepStrictEqual(got, wanted),
  toMatchObject: matches,
  toMatch: (got: string, wanted: RegExp | string) => saysOf(got, wanted),
  toContain: (got: string, wanted: string) => got.includes(wanted),
  toHaveLength: (got: ArrayLike<unknown>, wanted: number) => got.length === wanted,
  toBeCloseTo: (got: number, wanted: number, digits = 2) => Math.abs(got - wanted) < 10 ** -digits / 2,
  toBeGreaterThan: (got: number, wanted: number) => got > wanted,
  toBeGreaterThanOrEqual: (got: number, wanted: number) => got >= wanted,
  toBeLessThan: (got: number, wanted: number) => got < wanted,
  toBeLessThanOrEqual: (got: number, wanted: number) => got <= wanted,
  toThrow: (run: () => unknown, wanted?: unknown) => {
    const caught = thrown(run);
    return caught !== null && saysOf(caught.error, wanted);
  },
};

function matchers(got: unknown, wanted: boolean, said: string | undefined) {
  return Object.fromEntries(
    Object.entries(MATCHERS).map(([name, holds]) => [
      name,
      (...args: unknown[]) => {
        const message = () =>
          `${said ?? ''} ${format('%o', got)} ${wanted ? '' : 'not '}${name} ${format(...args)}`;
        if (holds(got as never, ...(args as never[])) !== wanted) assert.fail(message().slice(0, 2000));
      },
    ]),
  );
}

export function expect(got: unknown, said?: string): unknown {
  return {
    ...matchers(got, true, said),
    not: matchers(got, false, said),
    rejects: {
      async toThrow(wanted?: unknown) {
        const outcome = await (got as Promise<unknown>).then(
          () => null,
          (error: unknown) => ({ error }),
        );
        if (outcome === null || !saysOf(outcome.error, wanted))
          assert.fail(`${said ?? ''} does not reject as wanted`);
      },
    },
  };
}
