// The short soak run of every `npm test`: a few faults, one after the other. For long ones: npm run soak.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, inject, test } from 'vitest';
import { Journal } from './journal.ts';
import { Random } from './random.ts';
import { schedule } from './schedule.ts';
import { soak } from './soak.ts';

const SEED = 20;
const MS = 25_000;

test.skipIf(!inject('hasRedis'))(
  "every job's history stays valid, whatever is killed, frozen or cut off",
  async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'epochd-soak-test-'));
    const journal = new Journal(directory);
    const summary = await soak({
      seed: SEED,
      ms: MS,
      queue: 'redis',
      home: 'directory',
      directory,
      journal,
      everyMs: 3_000,
      users: 3,
    });
    await journal.close();
    expect(journal.violations, `the journal and the logs are in ${directory}`).toEqual([]);
    expect(journal.faults).toBeGreaterThan(4);
    expect(summary.jobs.succeeded).toBeGreaterThan(0);
    await rm(directory, { recursive: true, force: true });
  },
  400_000,
);

test('a seed reproduces the same faults, and another seed gives different ones', () => {
  const plan = (seed: number) =>
    schedule(new Random(seed), { ms: 600_000, queue: 'redis', home: 'directory', everyMs: 4_000 });
  expect(plan(1)).toEqual(plan(1));
  expect(plan(1)).not.toEqual(plan(2));
  expect(new Set(plan(1).map(({ kind }) => kind)).size).toBe(17);
});
