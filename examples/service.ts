// The whole service for the duration of one example: on free ports and in a temporary directory, which is removed at the end.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { ApiError, type Client, ConnectionError, connect } from '#client/client.ts';
import type { Screen } from '../services/cli/terminal/screen.ts';
import { loadConfig } from '../services/config.ts';
import { type Service, startService } from '../services/service.ts';

/** An expected failure: ends the story, and is shown as one plain line. */
export class Stop extends Error {}

/** Starts the service, runs the story, and always stops everything again; resolves with the exit code. */
export async function withService(screen: Screen, story: (client: Client) => Promise<void>): Promise<number> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'epochd-example-'));
  let service: Service | null = null;
  let interrupted = false;
  const over = new AbortController();
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => {});
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      interrupted = true;
      stopped.reject(new Stop('Stopped.'));
    });
  }
  process.stdout.on('error', () => {}); // a pipe that nobody reads any more
  try {
    screen.line('Starting the service: Postgres, API, queue and worker …');
    const config = loadConfig({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent' });
    service = await startService({ config, log: pino({ level: 'silent' }) });
    screen.line(`It is running at ${service.url}`);
    if (!interrupted)
      await Promise.race([story(connect({ url: service.url, signal: over.signal })), stopped.promise]);
    return interrupted ? 130 : 0;
  } catch (error) {
    screen.done();
    if (interrupted) return 130;
    if (!(error instanceof Stop || error instanceof ApiError || error instanceof ConnectionError))
      throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  } finally {
    over.abort(); // otherwise an abandoned story would wait for the service to come back
    await service?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
