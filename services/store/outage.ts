// Tells outages from bugs: which errors mean that the database, the queue, or the artifacts' home is temporarily unreachable or
// unresponsive, so that the operation can be retried.

import { HomeAway } from './artifacts/homes/home.ts';

// Socket errors. Postgres: connection exceptions, shutting down or starting, too many connections, statement timeout. Prisma: unreachable,
// timeout, connection closed.
const CODES =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ETIMEDOUT|08...|57P0.|57014|53300|P1001|P1002|P1008|P1017|P2024)$/;

/** `pg` errors that have a message but no code. */
const LOST =
  /^(Connection terminated|Query read timeout|Client has encountered a connection error|Client was closed)/;
const NONE_FREE = /^timeout (exceeded|expired) when trying to connect|^Connection is closed/;

/** The connection that raised this error is unusable. */
export function isLost(error: unknown): error is Error {
  return error instanceof Error && LOST.test(error.message);
}

const KINDS = ['ConnectionClosed', 'DatabaseNotReachable', 'SocketTimeout', 'TooManyConnections'];

interface Traits {
  code?: unknown;
  message?: unknown;
  cause?: unknown;
  /** Where Prisma puts its adapter's error, */
  meta?: { driverAdapterError?: unknown };
  /** which has Postgres's own code, or a kind. */
  originalCode?: unknown;
  kind?: unknown;
}

/** Also checks the causes. */
export function isOutage(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if (error instanceof HomeAway) return true;
  const { code, originalCode, kind, message, cause, meta } = error as Traits;
  if ([code, originalCode].some((it) => typeof it === 'string' && CODES.test(it))) return true;
  if (typeof kind === 'string' && KINDS.includes(kind)) return true;
  if (typeof message === 'string' && (LOST.test(message) || NONE_FREE.test(message))) return true;
  return isOutage(cause) || isOutage(meta?.driverAdapterError);
}
