// `npm run worker`: one worker alone, on a Postgres of the user's. Start as many as there are machines.

import { openStore } from '#store/store.ts';
import { requireDatabase, run } from './lifecycle.ts';
import { startWorker } from './worker/worker.ts';

await run(async (config, log, signal) => {
  const { redisUrl, connections } = config;
  const store = await openStore({ databaseUrl: requireDatabase(config), redisUrl, connections, log, signal });
  await using parts = new AsyncDisposableStack();
  parts.defer(() => store.close());
  const worker = await startWorker({ store, log, ...config.worker });
  parts.defer(() => worker.close());
  process.stdout.write(`epochd's worker ${worker.id} waits for jobs\n`);
  const running = parts.move();
  return { stop: () => running.disposeAsync() };
});
