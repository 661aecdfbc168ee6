// Fault injection: every database operation in a job's life fails once, either before it arrives or by losing its reply. Every test run
// covers a sample drawn by a seed; npm run test:nth covers all.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FailingHow } from '../support/proxy.ts';
import { type Lives, openLives } from './one-life.ts';
import { Random } from './random.ts';

const all = process.env.ALL_OPERATIONS === '1';
const SAMPLED = 10;

let lives: Lives;
let operations = 0;
beforeAll(async () => {
  lives = await openLives();
  await lives.live(null);
  operations = await lives.live(null);
}, 60_000);
afterAll(async () => {
  await lives[Symbol.asyncDispose]();
}, 60_000);

test.each<FailingHow>(['before', 'after'])(
  'a job succeeds although any one of its operations fails %s it reached the database',
  async (how) => {
    expect(operations).toBeGreaterThan(20);
    const random = new Random(4);
    const numbers = Array.from({ length: operations }, (_, i) => i + 1);
    const chosen = all ? numbers : Array.from({ length: SAMPLED }, () => random.one(numbers));
    for (const nth of chosen) await lives.live({ nth, how });
    if (all) process.stdout.write(`${operations} operations failed once, ${how} they reached the database\n`);
  },
  all ? 1_800_000 : 120_000,
);
