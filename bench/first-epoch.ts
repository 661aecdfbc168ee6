// The time from POST /jobs to the first epoch's event, over HTTP and WebSocket, on a warm service: what a user waits for. `npm run bench --
// first-epoch [rounds]`. The job is the notes' first network on the quickstart's points.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { connect } from '#client/client.ts';
import { firstJob } from '../examples/quickstart/jobs.ts';
import { loadConfig } from '../services/config.ts';
import { startService } from '../services/service.ts';

const POINTS = path.join(import.meta.dirname, '../examples/quickstart/points.csv');
const WARM_UP = 3;

export async function bench([rounds = '30']: string[]): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'epochd-bench-'));
  const config = loadConfig({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'error' });
  const service = await startService({ config, log: pino({ level: 'error' }) });
  try {
    const client = connect({ url: service.url });
    const dataset = await client.datasets.upload({
      file: new Blob([await readFile(POINTS)]),
      fileName: 'points.csv',
    });
    const request = firstJob(dataset, null);
    const times: number[] = [];
    for (let round = -WARM_UP; round < Number(rounds); round++) {
      const begin = performance.now();
      const job = await client.jobs.create(request);
      let first: number | null = null;
      for await (const event of client.jobs.events(job.id)) {
        if (event.type === 'metrics') first ??= performance.now() - begin;
      }
      if (first === null) throw new Error(`${job.id} had no epoch`);
      if (round >= 0) times.push(first);
    }
    times.sort((a, b) => a - b);
    const at = (share: number) =>
      times[Math.min(times.length - 1, Math.floor(share * times.length))]!.toFixed(0);
    process.stdout.write(
      `POST /jobs to the first epoch's event: median ${at(0.5)} ms, p90 ${at(0.9)} ms, slowest ${at(1)} ms (${times.length} jobs)\n`,
    );
  } finally {
    await service.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
