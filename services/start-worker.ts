// `npm run worker`: one worker, with a configured Postgres. Start one per machine.

import { openStore } from '#store/store.ts';
import { requireDatabase, run } from './lifecycle.ts';
import { openTracing } from './tracing/tracing.ts';
import { openProbes } from './worker/probes.ts';
import { openReadiness } from './worker/readiness.ts';
import { startWorker } from './worker/worker.ts';

await run(async (config, log, { signal, draining }) => {
  const { redisUrl, homes, connections, worker: options } = config;
  const databaseUrl = requireDatabase(config);
  await using parts = new AsyncDisposableStack();
  const readiness = openReadiness();
  draining.addEventListener('abort', () => readiness.stopping());
  if (options.port !== null) {
    // Before anything else: an orchestrator can tell a worker that waits from one that is dead.
    const probes = await openProbes({ host: config.host, port: options.port, readiness });
    parts.defer(() => probes.close());
    process.stdout.write(`epochd's worker serves probes at ${probes.url}\n`);
  }
  // A worker that ended because the database was away would only be started again: it waits as long as that takes.
  const patienceMs = Number.POSITIVE_INFINITY;
  const store = await openStore({ databaseUrl, redisUrl, homes, connections, log, signal, patienceMs });
  parts.defer(() => store.close());
  const tracing = await openTracing(config.tracing, 'worker', log);
  parts.defer(() => tracing.close());
  const worker = await startWorker({ store, log, readiness, signal, tracing, ...options });
  parts.defer(() => worker.close());
  process.stdout.write(`epochd's worker ${worker.id} is waiting for jobs\n`);
  const running = parts.move();
  return { stop: () => running.disposeAsync() };
});
