// The whole service in one process: an embedded Postgres (unless one is configured), the API, and one worker. `npm start`, the quickstart
// and the end-to-end tests all start this.

import type { Logger } from 'pino';
import { startEmbeddedPostgres } from '#store/embedded-postgres/embedded-postgres.ts';
import { openStore } from '#store/store.ts';
import { buildApp } from './api/app.ts';
import type { Config } from './config.ts';
import { openDashboard } from './open-dashboard.ts';
import { openTracing } from './tracing/tracing.ts';
import { startWorker } from './worker/worker.ts';

export interface Service {
  /** Where the API listens: http://127.0.0.1:3000 */
  url: string;
  /** Closes the API, releases the jobs that run, ends every process that was started here. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  config: Config;
  log: Logger;
  /** Ends the start, and what was started with it. */
  signal?: AbortSignal;
  /** It will stop soon. */
  draining?: AbortSignal;
}

/** Resolves when requests are answered. What was started is stopped again where a later part fails. */
export async function startService({ config, log, signal, draining }: ServiceOptions): Promise<Service> {
  await using parts = new AsyncDisposableStack();

  let databaseUrl = config.databaseUrl;
  const disk =
    databaseUrl === null ? { directory: config.dataDir, reserveBytes: config.diskReserveBytes } : null;
  if (databaseUrl === null) {
    const postgres = await startEmbeddedPostgres({
      dataDir: config.dataDir,
      log: log.child({ part: 'postgres' }),
    });
    parts.defer(() => postgres.stop());
    databaseUrl = postgres.url;
  }
  const store = await openStore({
    databaseUrl,
    redisUrl: config.redisUrl,
    connections: config.connections,
    retentionDays: config.retentionDays,
    eventRetentionDays: config.eventRetentionDays,
    disk,
    homes: config.homes,
    ...(signal === undefined ? {} : { signal }),
    log: log.child({ part: 'store' }),
  });
  parts.defer(() => store.close());

  const tracing = await openTracing(config.tracing, 'service', log);
  parts.defer(() => tracing.close());
  const dashboard = await openDashboard(log);
  const app = await buildApp({
    store,
    config,
    dashboard,
    tracing,
    log: log.child({ part: 'api' }),
    ...(draining === undefined ? {} : { draining }),
  });
  parts.defer(() => app.close());
  // Listening comes before the worker: a port that is in use is told before any job is taken.
  const url = await app.listen({ host: config.host, port: config.port });

  const worker = await startWorker({
    store,
    log: log.child({ part: 'worker' }),
    tracing,
    ...config.worker,
  });
  parts.defer(() => worker.close());

  const running = parts.move();
  let stopped: Promise<void> | null = null;
  return {
    url,
    stop() {
      stopped ??= running.disposeAsync();
      return stopped;
    },
  };
}
