// Runs `npm run quickstart` in a temporary directory of its own, which must be empty afterwards.

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { launch } from '../../e2e/service.ts';

let dir: string;

/**
 * Creates a temporary directory before the tests of the calling file and removes it after them.
 * @returns its path, once created
 */
export function useDirectory(): () => string {
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'epochd-tests-quickstart-'));
  });
  afterAll(async () => {
    await rm(dir, { recursive: true, force: true });
  });
  return () => dir;
}

export const leftovers = async () => (await readdir(dir)).filter((name) => name.startsWith('epochd-'));

export function start(...args: string[]) {
  return launch({
    command: [process.execPath, 'examples/quickstart/main.ts', ...args],
    env: { TMPDIR: dir },
  });
}

export async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const { output, exited } = start(...args);
  const code = await exited;
  expect(await leftovers()).toEqual([]);
  return { code, output: output() };
}
