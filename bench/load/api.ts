// An API process with its own Postgres, and a store on the same rows for whoever plays the worker.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '#store/embedded-postgres/embedded-postgres.ts';
import { openStore, type Store, type StoreLog } from '#store/store.ts';

const API = path.join(import.meta.dirname, '../../services/start-api.ts');
const log: StoreLog = { info() {}, warn() {}, error: (fields) => console.error(fields) };

export interface LoadedApi extends AsyncDisposable {
  url: string;
  databaseUrl: string;
  store: Store;
  /** Resident bytes of the API process. */
  resident(): Promise<number>;
  /** CPU seconds used by the API process. */
  cpuSeconds(): Promise<number>;
}

export async function startLoadedApi(): Promise<LoadedApi> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'epochd-load-'));
  await using parts = new AsyncDisposableStack();
  parts.defer(() => rm(dataDir, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  parts.defer(() => postgres.stop());
  const store = await openStore({ databaseUrl: postgres.url, redisUrl: null, log });
  parts.defer(() => store.close());
  const env = { ...process.env, PORT: '0', DATABASE_URL: postgres.url, LOG_LEVEL: 'error' };
  const child = spawn(process.execPath, [API], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  parts.defer(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const found = /ready at (http:\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the API ended with ${code}`)));
  });
  const proc = (name: string) => readFile(`/proc/${child.pid}/${name}`, 'utf8');
  const running = parts.move();
  return {
    url,
    databaseUrl: postgres.url,
    store,
    async resident() {
      return 1024 * Number(/VmRSS:\s+(\d+)/.exec(await proc('status'))![1]);
    },
    async cpuSeconds() {
      const fields = (await proc('stat')).replace(/^.*\) /s, '').split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
