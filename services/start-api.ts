// `npm run api`: only the API, with a configured Postgres. Workers run elsewhere.

import { openStore } from '#store/store.ts';
import { buildApp } from './api/app.ts';
import { requireDatabase, run } from './lifecycle.ts';
import { openDashboard } from './open-dashboard.ts';
import { openTracing } from './tracing/tracing.ts';

await run(async (config, log, { signal, draining }) => {
  const { redisUrl, homes, connections, retentionDays, eventRetentionDays } = config;
  const databaseUrl = requireDatabase(config);
  const retention = { retentionDays, eventRetentionDays };
  const store = await openStore({ databaseUrl, redisUrl, homes, connections, ...retention, log, signal });
  await using parts = new AsyncDisposableStack();
  parts.defer(() => store.close());
  const tracing = await openTracing(config.tracing, 'api', log);
  parts.defer(() => tracing.close());
  const dashboard = await openDashboard(log);
  const app = await buildApp({ store, config, draining, dashboard, tracing, log });
  parts.defer(() => app.close());
  const url = await app.listen({ host: config.host, port: config.port });
  process.stdout.write(`epochd's API is ready at ${url}\n`);
  const running = parts.move();
  return { stop: () => running.disposeAsync() };
});
