import { afterEach, expect, test } from 'vitest';
import { openProbes, type Probes } from '../../services/worker/probes.ts';
import { openReadiness } from '../../services/worker/readiness.ts';

let probes: Probes | null = null;
afterEach(async () => {
  await probes?.close();
  probes = null;
});

test('a worker is ready from its first check of queue and rows until it begins to stop', async () => {
  const readiness = openReadiness();
  probes = await openProbes({ host: '127.0.0.1', port: 0, readiness });
  const ask = async (path: string) => {
    const reply = await fetch(`${probes?.url}${path}`);
    return [reply.status, await reply.json()];
  };
  expect(await ask('/healthz')).toEqual([200, { status: 'ok' }]);
  expect(await ask('/readyz')).toEqual([
    503,
    { status: 'unavailable', reason: 'waiting for the database and the queue' },
  ]);
  readiness.agreed();
  expect(await ask('/readyz?verbose')).toEqual([200, { status: 'ready' }]);
  readiness.stopping();
  expect(await ask('/readyz')).toEqual([
    503,
    { status: 'unavailable', reason: 'the worker is shutting down' },
  ]);
  expect(await ask('/healthz')).toEqual([200, { status: 'ok' }]);
});

test('a worker without contact to the database for more than half a minute is not ready until it reconnects', () => {
  let now = 0;
  const readiness = openReadiness(() => now);
  readiness.agreed();
  now = 30_000;
  expect(readiness.whyNot()).toBeNull();
  now = 45_000;
  expect(readiness.whyNot()).toBe('the database or the queue has not answered for 45 s');
  readiness.agreed();
  expect(readiness.whyNot()).toBeNull();
});

test('probes serve their two paths only, and list them for any other', async () => {
  probes = await openProbes({ host: '127.0.0.1', port: 0, readiness: openReadiness() });
  const other = await fetch(`${probes.url}/jobs`);
  expect([other.status, await other.json()]).toEqual([
    404,
    { status: 'not_found', served: ['/healthz', '/readyz'] },
  ]);
  expect((await fetch(`${probes.url}/readyz`, { method: 'POST' })).status).toBe(405);
});
