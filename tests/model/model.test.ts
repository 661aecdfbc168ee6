// Model-based test: random users and workers against the rules of the job life cycle and of Idempotency-Key, which job-model.ts states
// independently. On failure, fast-check prints the seed and the shrunk counterexample.

import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { type Api, startApi } from '../api/running-api.ts';
import { commands, type Real } from './commands.ts';
import type { Model } from './job-model.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.close();
});

test('whatever users and workers do, jobs follow the model, and a key replays its first request', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 40 }), async (chosen) => {
      const real: Real = { api, databaseUrl: api.databaseUrl, run: ++run };
      const model: Model = new Map();
      await fc.asyncModelRun(() => ({ model, real }), chosen);
    }),
    { numRuns: 30 },
  );
}, 120_000);
