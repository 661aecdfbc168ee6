// The downtime of a job whose worker is killed: from SIGKILL until the next attempt has made progress, with eight worker processes, four
// jobs, and the usual settings. `npm run bench -- recovery [kills]`.

import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { JOB_EXAMPLE } from '../services/api/openapi/examples.ts';
import { startLoadedApi } from './load/api.ts';
import { shares } from './load/quantile.ts';

const WORKER = path.join(import.meta.dirname, '../services/start-worker.ts');
const WORKERS = 8;
const JOBS = 4;
/** Spreads the kills over the interval between two lease renewals. */
const JITTER_MS = 3_000;

interface Worker {
  child: ChildProcess;
  id: string;
}

/** Resolves when the worker is waiting for jobs. */
function startWorker(databaseUrl: string): Promise<Worker> {
  const env = { ...process.env, DATABASE_URL: databaseUrl, WORKER_CONCURRENCY: '1', LOG_LEVEL: 'error' };
  const child = spawn(process.execPath, [WORKER], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const id = /worker (w_\S+) is waiting for jobs/.exec(said)?.[1];
      if (id !== undefined) resolve({ child, id });
    });
    child.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
  });
}

/** Waits until an attempt after `after` has made progress; returns its number and its worker. */
async function learns(
  rows: pg.Pool,
  id: string,
  after: number,
): Promise<{ attempt: number; worker: string }> {
  for (;;) {
    const { rows: found } = await rows.query<{
      attempt: number;
      worker: string | null;
      step: string;
      status: string;
    }>('SELECT attempt, worker_id AS worker, step, status FROM job WHERE id = $1', [id]);
    const { attempt, worker, step, status } = found[0]!;
    if (attempt > after && worker !== null && Number(step) > 0) return { attempt, worker };
    if (/failed|succeeded/.test(status)) throw new Error(`${id} ${status} in attempt ${attempt}`);
    await sleep(20);
  }
}

async function post(url: string): Promise<string> {
  const training = { ...JOB_EXAMPLE.training, epochs: 1_000_000 };
  const inputs = Array.from({ length: 4_096 }, (_, i) => [i % 7, i % 5]);
  const dataset = { inputs, targets: inputs.map((_, i) => i % 2) };
  const reply = await fetch(`${url}/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...JOB_EXAMPLE, dataset, training }),
  });
  const body = (await reply.json()) as { id: string };
  if (reply.status !== 201) throw new Error(JSON.stringify(body));
  return body.id;
}

export async function bench([kills = '50']: string[]): Promise<void> {
  await using api = await startLoadedApi();
  const { databaseUrl } = api;
  const rows = new pg.Pool({ connectionString: databaseUrl, max: JOBS });
  const workers = new Map<string, ChildProcess>();
  const start = async () => {
    const { child, id } = await startWorker(databaseUrl);
    workers.set(id, child);
  };
  try {
    await Promise.all(Array.from({ length: WORKERS }, start));
    const jobs = await Promise.all(Array.from({ length: JOBS }, () => post(api.url)));
    const took: number[] = [];
    while (took.length < Number(kills)) {
      await Promise.all(jobs.map((id) => learns(rows, id, 0)));
      // Long enough for a checkpoint, from which the next attempt resumes.
      await sleep(2_500 + JITTER_MS * Math.random());
      await Promise.all(
        jobs.map(async (id) => {
          const { attempt, worker } = await learns(rows, id, 0);
          workers.get(worker)!.kill('SIGKILL');
          workers.delete(worker);
          const begun = performance.now();
          await learns(rows, id, attempt);
          took.push(performance.now() - begun);
        }),
      );
      await Promise.all(Array.from({ length: JOBS }, start));
      process.stderr.write(
        `${took.length} of ${kills}: ${took.slice(-JOBS).map(Math.round).join(', ')} ms\n`,
      );
    }
    console.log(`${took.length} kills of a worker: ${shares(took)} until the job learned again`);
  } finally {
    for (const child of workers.values()) child.kill('SIGKILL');
    await rows.end();
  }
}
