// The service as real processes: two APIs, two workers, a Postgres, and a redis-server if the queue uses it.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#store/embedded-postgres/embedded-postgres.ts';
import { postmasterOf } from '../e2e/service.ts';
import { quietLog } from '../support/log.ts';
import { openProxy, type TcpProxy } from '../support/proxy.ts';
import { freePort, type RedisServer, startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { type ArtifactHome, openArtifactHome } from './artifact-home.ts';
import type { Journal } from './journal.ts';
import { Part, processesOf } from './part.ts';
import type { HomeKind, Queue } from './schedule.ts';

export const LEASE_SECONDS = 2;
export const MAX_ATTEMPTS = 5;

/** Only processes are killed, never the kernel, so nothing needs an fsync. */
const SETTINGS = { fsync: 'off', max_connections: '200' };

export interface Cluster extends AsyncDisposable {
  apis: Part[];
  workers: Part[];
  /** One proxy per part between it and Postgres: first those of the APIs, then those of the workers. */
  proxies: TcpProxy[];
  urls: string[];
  /** The database itself, without a proxy. */
  databaseUrl(): string;
  redisUrl(): string | null;
  /** Where the larger artifacts are stored. */
  artifacts: ArtifactHome;
  restartPostgres(how: 'stop' | 'kill'): Promise<void>;
  restartRedis(awayMs: number): Promise<void>;
  /** Ends everything; resolves with the processes that are still running. */
  stop(): Promise<string[]>;
}

export interface ClusterOptions {
  queue: Queue;
  home: HomeKind;
  journal: Journal;
  /** The directory of the log files. */
  logs: string;
}

export async function startCluster({ queue, home, journal, logs }: ClusterOptions): Promise<Cluster> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'epochd-soak-data-'));
  await mkdir(logs, { recursive: true });
  const artifacts = await openArtifactHome(home, journal);
  const begin = () => startEmbeddedPostgres({ dataDir, log: quietLog, settings: SETTINGS });
  let postgres: EmbeddedPostgres = await begin();
  let redis: RedisServer | null = queue === 'redis' ? await startRedis() : null;
  const redisPort = redis === null ? 0 : Number(new URL(redis.url).port);
  const portOf = () => Number(new URL(postgres.url).port);

  const proxies: TcpProxy[] = [];
  const through = async () => {
    const proxy = await openProxy(portOf());
    proxies.push(proxy);
    const url = new URL(postgres.url);
    url.port = String(proxy.port);
    return url.href;
  };
  const common = () => ({
    LEASE_SECONDS: String(LEASE_SECONDS),
    MAX_ATTEMPTS: String(MAX_ATTEMPTS),
    WORKER_CONCURRENCY: '2',
    ...artifacts.env,
    ARTIFACTS_OVER_KIB: '1',
    ...(redis === null ? {} : { REDIS_URL: redis.url }),
  });
  const apis: Part[] = [];
  const workers: Part[] = [];
  const urls: string[] = [];
  for (const which of [0, 1]) {
    const port = String(await freePort());
    urls.push(`http://127.0.0.1:${port}`);
    const env = { ...common(), DATABASE_URL: await through(), PORT: port };
    const readyUrl = `${urls.at(-1)}/readyz`;
    apis.push(
      new Part({ name: `api-${which}`, program: 'services/start-api.ts', env, readyUrl, journal, logs }),
    );
  }
  for (const which of [0, 1]) {
    const port = String(await freePort());
    const env = { ...common(), DATABASE_URL: await through(), WORKER_PORT: port };
    const readyUrl = `http://127.0.0.1:${port}/readyz`;
    const program = 'services/start-worker.ts';
    workers.push(new Part({ name: `worker-${which}`, program, env, readyUrl, journal, logs }));
  }
  const parts = [...apis, ...workers];
  for (const part of parts) part.start();

  const end = async () => {
    await Promise.all(parts.map((part) => part.retire()));
    const sessions = new Set(parts.flatMap((part) => [...part.sessions]));
    const left = () => processesOf(sessions).map(({ pid, command }) => `${pid} ${command}`);
    // Trainers exit shortly after their worker is gone.
    await until(() => (left().length === 0 ? true : null), 10_000).catch(() => {});
    const running = left();
    for (const { pid } of processesOf(sessions)) process.kill(pid, 'SIGKILL');
    for (const proxy of proxies) await proxy.close();
    await redis?.stop();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
    await artifacts.remove();
    return running;
  };
  let stopped: Promise<string[]> | null = null;
  const stop = () => {
    stopped ??= end();
    return stopped;
  };
  return {
    apis,
    workers,
    proxies,
    urls,
    artifacts,
    databaseUrl: () => postgres.url,
    redisUrl: () => redis?.url ?? null,
    async restartPostgres(how) {
      if (how === 'stop') await postgres.stop();
      else {
        const pid = postmasterOf(dataDir);
        if (pid !== null) process.kill(pid, 'SIGKILL');
      }
      postgres = await begin();
      for (const proxy of proxies) proxy.turn(portOf());
    },
    async restartRedis(awayMs) {
      await redis?.stop();
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      redis = await startRedis({ port: redisPort });
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
