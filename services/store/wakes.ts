// "Something happened to this job", from any process to any other, over LISTEN and NOTIFY. A wake carries nothing and
// may be lost: the rows are the truth. So wakes are merged (NOTIFY is one lane for the whole server), everyone is
// woken after a lost connection, and every two seconds the counters of the watched jobs are compared.

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Database } from './database.ts';

const CHANNEL = 'epochd_jobs';
/** At most 20 notifications a second, after a burst of ten that go at once. */
const BURST = 10;
const REFILL_MS = 50;
/** A payload may have 8000 bytes, an id has 30. */
const IDS_PER_NOTIFICATION = 200;
const COMPARE_MS = 2000;

export interface Wakes {
  /** After the commit. */
  ring(jobId: string): void;
  subscribe(jobId: string, onWake: () => void): Promise<() => void>;
  close(): Promise<void>;
}

/** The sending side. */
function openBell({ pool, log }: Database): Pick<Wakes, 'ring' | 'close'> {
  const pending = new Set<string>();
  const sending = new Set<Promise<unknown>>();
  let allowance = BURST;
  let refilledAt = Date.now();
  let timer: NodeJS.Timeout | null = null;

  const send = () => {
    timer = null;
    const refill = Math.floor((Date.now() - refilledAt) / REFILL_MS);
    allowance = Math.min(BURST, allowance + refill);
    refilledAt += refill * REFILL_MS;
    if (allowance === 0) {
      timer = setTimeout(send, REFILL_MS);
      return;
    }
    allowance--;
    const ids = [...pending].slice(0, IDS_PER_NOTIFICATION);
    for (const id of ids) pending.delete(id);
    const sent = pool
      .query('SELECT pg_notify($1, $2)', [CHANNEL, ids.join(',')])
      .catch((error: unknown) => log.warn({ err: error }, 'a wake was not sent'))
      .finally(() => sending.delete(sent));
    sending.add(sent);
    if (pending.size > 0) timer = setTimeout(send, 0);
  };

  return {
    ring(jobId) {
      pending.add(jobId);
      // What is rung in the same turn goes together.
      timer ??= setTimeout(send, 0);
    },
    async close() {
      if (timer !== null) clearTimeout(timer);
      if (pending.size > 0) {
        allowance = BURST;
        send();
        if (timer !== null) clearTimeout(timer);
      }
      await Promise.all(sending);
    },
  };
}

/** The receiving side: one connection that listens, from the first subscription on. */
function openEar({ url, pool, log }: Database): Pick<Wakes, 'subscribe' | 'close'> {
  const watched = new Map<string, Set<() => void>>();
  const seen = new Map<string, number>();
  let client: pg.Client | null = null;
  let started: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  const wake = (jobId: string) => {
    for (const onWake of watched.get(jobId) ?? []) onWake();
  };

  const listen = async () => {
    const next = new pg.Client({ connectionString: url, keepAlive: true, application_name: 'epochd wakes' });
    next.on('error', (error) => log.warn({ err: error }, 'lost the connection that listens for events'));
    next.on('notification', ({ payload = '' }) => {
      for (const jobId of payload.split(',')) wake(jobId);
    });
    try {
      await next.connect();
      await next.query(`LISTEN ${CHANNEL}`);
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
      // Whatever was said while nobody listened.
      for (const jobId of watched.keys()) wake(jobId);
      return;
    }
  };

  const compare = async () => {
    const ids = [...watched.keys()];
    if (ids.length > 0) {
      try {
        const { rows } = await pool.query<{ id: string; last_seq: number }>(
          'SELECT id, last_seq FROM job WHERE id = ANY ($1)',
          [ids],
        );
        const now = new Map(rows.map((row) => [row.id, row.last_seq]));
        for (const id of ids) {
          const seq = now.get(id) ?? -1;
          if (seen.get(id) !== seq) wake(id);
          seen.set(id, seq);
        }
      } catch (error) {
        log.warn({ err: error }, 'could not compare what is watched');
      }
    }
    if (!closed) timer = setTimeout(compare, COMPARE_MS).unref();
  };

  const start = async () => {
    await listen();
    timer ??= setTimeout(compare, COMPARE_MS).unref();
  };

  return {
    async subscribe(jobId, onWake) {
      started ??= start();
      try {
        await started;
      } catch (error) {
        started = null;
        throw error;
      }
      // A subscription of its own, even where the same function subscribes twice.
      const mine = () => onWake();
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

export function openWakes(database: Database): Wakes {
  const bell = openBell(database);
  const ear = openEar(database);
  return {
    ring: bell.ring,
    subscribe: ear.subscribe,
    async close() {
      await Promise.all([bell.close(), ear.close()]);
    },
  };
}
