// The app over an empty store, to test what the API does before it queries the store.

import type { FastifyBaseLogger } from 'fastify';
import type { StaticFile } from '#contracts/static-file.ts';
import type { Store } from '#store/store.ts';
import { buildApp } from '../../services/api/app.ts';
import type { ApiConfig, App, Tuning } from '../../services/api/context.ts';

export const LOOPBACK: ApiConfig = { host: '127.0.0.1', production: false, apiKey: null };

export interface BareOptions {
  config?: Partial<ApiConfig>;
  tuning?: Partial<Tuning>;
  log?: FastifyBaseLogger;
  dashboard?: readonly StaticFile[];
  draining?: AbortSignal;
  /** The parts of the store that the test overrides. */
  store?: { [Part in keyof Store]?: Store[Part] extends object ? Partial<Store[Part]> : never };
}

/** An empty store: no jobs, no datasets, and any write fails. */
const EMPTY = {
  jobs: { get: async () => null, list: async () => ({ items: [], hasMore: false }) },
  datasets: { get: async () => null, list: async () => ({ items: [], hasMore: false }) },
  keys: { findByHash: async () => null, get: async () => null, revokedAmong: async () => [], used: () => {} },
  deliveries: { take: async () => [] },
  ping: async () => {},
};

export function bareApp({ config, tuning, log, dashboard, draining, store }: BareOptions = {}): Promise<App> {
  const parts = { artifacts: {}, ...EMPTY, ...store } as unknown as Store;
  return buildApp({
    store: { ...parts, forTenant: () => parts },
    config: { ...LOOPBACK, ...config },
    ...(tuning === undefined ? {} : { tuning }),
    ...(log === undefined ? {} : { log }),
    ...(draining === undefined ? {} : { draining }),
    ...(dashboard === undefined ? {} : { dashboard }),
  });
}

/** A log that keeps its lines in memory. */
export function keptLog(): {
  log: FastifyBaseLogger;
  lines: { level: string; fields: unknown; text: unknown }[];
} {
  const lines: { level: string; fields: unknown; text: unknown }[] = [];
  const at = (level: string) => (fields: unknown, text?: unknown) => void lines.push({ level, fields, text });
  const log = {
    level: 'info',
    silent: () => {},
    child: () => log,
    ...Object.fromEntries(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => [level, at(level)]),
    ),
  } as unknown as FastifyBaseLogger;
  return { log, lines };
}
