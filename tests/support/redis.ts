// A Redis for tests: the redis-server from PATH on a free port, without persistence. If there is none, its tests are skipped
// (global-setup.ts prints one line about it), or fail with REQUIRE_REDIS=1.

import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';

const run = promisify(execFile);

export interface RedisServer {
  url: string;
  stop(): Promise<void>;
}

export async function findRedisServer(): Promise<boolean> {
  return run('redis-server', ['--version']).then(
    () => true,
    () => false,
  );
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function waitForPing(url: string): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: 250 });
  client.on('error', () => {});
  try {
    await client.ping();
  } finally {
    client.disconnect();
  }
}

export async function startRedis({ policy = 'noeviction', port = 0 } = {}): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'epochd-redis-'));
  const chosen = port === 0 ? await freePort() : port;
  const flags = { port: chosen, bind: '127.0.0.1', dir: directory, save: '', appendonly: 'no' };
  const args = Object.entries({ ...flags, 'maxmemory-policy': policy }).flatMap(([key, value]) => [
    `--${key}`,
    String(value),
  ]);
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `redis://127.0.0.1:${chosen}`;
  await waitForPing(url);
  return {
    url,
    async stop() {
      child.kill('SIGKILL');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
