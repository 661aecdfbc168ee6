// The queue on Postgres while its connection breaks.

import { expect, test } from 'vitest';
import { openStore } from '#store/store.ts';
import { openPostgresQueue } from '../../../services/store/queue/queue-postgres.ts';
import { quietLog } from '../../support/log.ts';
import { freshDatabase } from '../../support/postgres.ts';
import { openProxy } from '../../support/proxy.ts';

// An uncaught error, as the connection's `error` event was, fails the whole run of the tests.
test('a connection that breaks while BullMQ checks its schema rejects the start and does not crash the process', async () => {
  const databaseUrl = await freshDatabase();
  await (await openStore({ databaseUrl, redisUrl: null, log: quietLog })).close();
  const proxy = await openProxy(Number(new URL(databaseUrl).port));
  const through = new URL(databaseUrl);
  through.port = String(proxy.port);
  const lost = proxy.loseAnswer('min_client_version');
  await expect(openPostgresQueue(through.href)).rejects.toThrow('Connection terminated unexpectedly');
  await lost;
  await (await openPostgresQueue(through.href)).close();
  await proxy.close();
});
