// The cost of a claim by queue length: claiming one job by id, claiming the next job in turn, and asking for a place in the queue. `npm run
// bench -- claims [jobs] [tenants]`.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '#store/embedded-postgres/embedded-postgres.ts';
import { openStore, type Store } from '#store/store.ts';

const log = { info() {}, warn: console.warn, error: console.error };
const ROUNDS = 200;

const FILL = `
  INSERT INTO job (id, status, tenant, spec, parameters, total_steps, metadata)
  SELECT 'job_' || lpad(i::text, 26, '0'), 'queued', 'tenant-' || i % $2, '{}', 1, 1, '{}' FROM generate_series(1, $1) AS i`;

async function medianMs(rounds: number, work: (round: number) => Promise<unknown>): Promise<string> {
  const took: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    await work(round);
    took.push(performance.now() - begun);
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.floor(share * (took.length - 1))]!.toFixed(2);
  return `${at(0.5)} ms (90 %: ${at(0.9)} ms)`;
}

async function measure(store: Store, url: string, jobs: number, tenants: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('DELETE FROM job');
    await client.query(FILL, [jobs, tenants]);
    await client.query('VACUUM ANALYZE job');
  } finally {
    await client.end();
  }
  const id = (i: number) => `job_${String(jobs - i).padStart(26, '0')}`;
  const byId = await medianMs(ROUNDS, (round) => store.jobs.claim(id(round), 'bench', 600));
  const next = await medianMs(ROUNDS, () => store.jobs.claimNext('bench', 600));
  const begun = performance.now();
  await Promise.all(Array.from({ length: ROUNDS }, () => store.jobs.claimNext('bench', 600)));
  const each = ((performance.now() - begun) / ROUNDS).toFixed(2);
  const place = await medianMs(20, (round) => store.queuePlaces.of([id(2 * ROUNDS + round)]));
  console.log(`${jobs} jobs of ${tenants} tenants wait`);
  console.log(`  claim by id           ${byId}`);
  console.log(`  claim of the next     ${next}; ${each} ms each where ${ROUNDS} are asked for at once`);
  console.log(`  place in the queue    ${place}`);
}

export async function bench([jobs, tenants]: string[]): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'epochd-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  try {
    const store = await openStore({ databaseUrl: postgres.url, redisUrl: null, log });
    try {
      const sizes = jobs === undefined ? [1_000, 10_000, 100_000] : [Number(jobs)];
      for (const size of sizes) await measure(store, postgres.url, size, Number(tenants ?? 20));
    } finally {
      await store.close();
    }
  } finally {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
