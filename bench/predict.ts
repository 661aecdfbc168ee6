// POST /jobs/{id}/predict under load, over HTTP, on the whole service: `npm run bench -- predict [seconds]`. The first network of the
// examples (10-64-32-2), one row per request, 32 connections; then 100,000 rows as one CSV. Another thread (autocannon) generates the load,
// which takes one of two cores.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import autocannon from 'autocannon';
import { pino } from 'pino';
import { connect } from '#client/client.ts';
import { firstJob } from '../examples/quickstart/jobs.ts';
import { loadConfig } from '../services/config.ts';
import { startService } from '../services/service.ts';

const POINTS = path.join(import.meta.dirname, '../examples/quickstart/points.csv');
const ROW = [0.6, 0.1, 1.1, 0.4, 0, 0, 0, 0, 0, 0];
const MANY = 100_000;

export async function bench([seconds = '10']: string[]): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'epochd-bench-'));
  const config = loadConfig({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'error' });
  const service = await startService({ config, log: pino({ level: 'error' }) });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  try {
    const client = connect({ url: service.url });
    const file = new Blob([await readFile(POINTS)]);
    const dataset = await client.datasets.upload({ file, fileName: 'points.csv' });
    const job = await client.jobs.create(firstJob(dataset, null));
    for await (const _ of client.jobs.events(job.id));
    const url = `${service.url}/jobs/${job.id}/predict`;
    const load = (duration: number) =>
      autocannon({
        url,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ inputs: [ROW] }),
        connections: 32,
        duration,
        workers: 1,
      });
    await load(2);
    const { requests, latency, non2xx, errors } = await load(Number(seconds));
    say(
      `one row: ${requests.average.toFixed(0)} requests/s, p50 ${latency.p50} ms, p99 ${latency.p99} ms, slowest ${latency.max} ms; ${non2xx + errors} failed`,
    );

    const body = `${Array.from({ length: MANY }, (_, i) => ROW.map((x) => x + (i % 9) / 8).join(',')).join('\n')}\n`;
    const names = `${Array.from(ROW, (_, i) => `x${i + 1}`).join(',')}\n`;
    const before = process.memoryUsage.rss();
    let slowest = 0;
    let highest = before;
    const watch = setInterval(async () => {
      const asked = performance.now();
      await (await fetch(`${service.url}/healthz`)).arrayBuffer();
      slowest = Math.max(slowest, performance.now() - asked);
      highest = Math.max(highest, process.memoryUsage.rss());
    }, 20);
    const begin = performance.now();
    const reply = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'text/csv', accept: 'application/x-ndjson' },
      body: names + body,
    });
    let bytes = 0;
    for await (const piece of reply.body!) bytes += piece.length;
    clearInterval(watch);
    const mib = (count: number) => (count / 2 ** 20).toFixed(1);
    say(
      `${MANY} rows of CSV to lines of JSON: status ${reply.status}, ${(performance.now() - begin).toFixed(0)} ms, ${mib(body.length)} MiB in, ${mib(bytes)} MiB out; meanwhile /healthz took ${slowest.toFixed(0)} ms at most, and the API grew by ${mib(highest - before)} MiB`,
    );
  } finally {
    await service.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
