// The receiving side of notifications: one connection that listens from the first subscription on. Notifications can be lost (with a
// connection, or with a writer that dies right after its commit), so everyone is woken after a lost connection, and the rows of the watched
// jobs are compared every two seconds.

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Database } from '../database.ts';
import type { NotificationKind } from './notifications.ts';

const COMPARE_MS = 2000;
/** A connection that does not answer within this time is replaced. */
const ANSWER_MS = 5_000;

export interface NotificationReceiver {
  subscribe(jobId: string, onNotify: () => void): Promise<() => void>;
  close(): Promise<void>;
}

/** @param tuning shortened by tests */
export function openNotificationReceiver(
  { url, pool, log }: Pick<Database, 'url' | 'pool' | 'log'>,
  { channel, state }: NotificationKind,
  { compareMs = COMPARE_MS, answerMs = ANSWER_MS } = {},
): NotificationReceiver {
  const watched = new Map<string, Set<() => void>>();
  const seen = new Map<string, string>();
  let client: pg.Client | null = null;
  let probed: pg.Client | null = null; // the client whose health check is in flight
  let started: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  const notify = (jobId: string) => {
    for (const onNotify of watched.get(jobId) ?? []) onNotify();
  };

  const listen = async () => {
    const next = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: answerMs,
      query_timeout: answerMs,
      application_name: 'epochd notifications',
    });
    next.on('error', (error) =>
      log.warn({ err: error }, 'lost the connection that listens for notifications'),
    );
    next.on('notification', ({ payload = '' }) => {
      for (const jobId of payload.split(',')) notify(jobId);
    });
    try {
      await next.connect();
      await next.query(`LISTEN ${channel}`);
    } catch (error) {
      await next.end().catch(() => {});
      throw error;
    }
    next.once('end', () => {
      client = null;
      if (!closed) void listenAgain();
    });
    client = next;
    if (closed) await next.end();
  };

  const listenAgain = async () => {
    for (let delay = 50; !closed; delay = Math.min(2 * delay, 2000)) {
      await sleep(delay);
      try {
        await listen();
      } catch {
        continue;
      }
      // Wake everyone: notifications may have been missed while disconnected.
      for (const jobId of watched.keys()) notify(jobId);
      return;
    }
  };

  /** A query detects a connection that broke silently. */
  const checkListener = () => {
    if (client === null || client === probed) return;
    const it = client;
    probed = it;
    it.query('SELECT 1')
      // Not end(), which waits for the server. The `end` event reconnects.
      .catch(() => it.connection.stream.destroy())
      .finally(() => {
        probed = null;
      });
  };

  const compare = async () => {
    const ids = [...watched.keys()];
    if (ids.length > 0) checkListener();
    if (ids.length > 0) {
      try {
        const { rows } = await pool.query<{ id: string; state: string }>(
          `SELECT id, ${state} AS state FROM job WHERE id = ANY ($1)`,
          [ids],
        );
        const now = new Map(rows.map((row) => [row.id, row.state]));
        for (const id of ids) {
          const found = now.get(id) ?? '';
          if (seen.get(id) !== found) notify(id);
          seen.set(id, found);
        }
      } catch (error) {
        log.warn({ err: error }, 'could not check watched jobs for changes');
      }
    }
    if (!closed) timer = setTimeout(compare, compareMs).unref();
  };

  const start = async () => {
    // Retry once, so that a connection cut while it is being set up does not fail the subscriber.
    await listen().catch(listen);
    timer ??= setTimeout(compare, compareMs).unref();
  };

  return {
    async subscribe(jobId, onNotify) {
      started ??= start();
      try {
        await started;
      } catch (error) {
        started = null;
        throw error;
      }
      // A unique function, so that subscribing the same callback twice makes two subscriptions.
      const mine = () => onNotify();
      const those = watched.get(jobId) ?? new Set();
      watched.set(jobId, those.add(mine));
      return () => {
        those.delete(mine);
        if (those.size === 0 && watched.get(jobId) === those) {
          watched.delete(jobId);
          seen.delete(jobId);
        }
      };
    },
    async close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      await started?.catch(() => {});
      await client?.end();
    },
  };
}
