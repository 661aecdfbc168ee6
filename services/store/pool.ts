// Connections to Postgres that cannot crash the process, alone and in pools.

import pg from 'pg';
import type { StoreLog } from './interface.ts';

/**
 * A client that always has an `error` listener. pg-pool removes its own when it hands a client out: an error that arrives together with
 * the reply to the connection attempt, or while a library (BullMQ) uses the client without a listener, would be an uncaught exception.
 * Nothing is lost by ignoring the event, because the next query on the client fails.
 */
export class ListeningClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => {});
  }
}

export function openPool(config: pg.PoolConfig, log: StoreLog): pg.Pool {
  const pool = new pg.Pool({ ...config, Client: ListeningClient });
  pool.on('error', (error) => log.warn({ err: error }, 'lost a connection to Postgres'));
  return pool;
}
