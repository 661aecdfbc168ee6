// A job's events over a WebSocket. Unsent data is limited: a reader that does not read is disconnected, and can return with ?after=.

import { once } from 'node:events';
import type { FastifyBaseLogger } from 'fastify';
import type { WebSocket } from 'ws';
import { CLOSE } from '#contracts/close-codes.ts';
import type { TenantStore } from '#store/store.ts';
import type { Context, Tuning } from '../context.ts';
import { type Ending, encodeOnce, follow, type Message } from './follow.ts';

const FAREWELL: Record<Exclude<Ending, 'stopped'>, [code: number, reason: string]> = {
  done: [CLOSE.done, 'the job is over'],
  gone: [CLOSE.unknownJob, 'the job was deleted'],
};

const frameOf = encodeOnce((message) => JSON.stringify(message));

/** Returns whether the reader keeps up: false if too much stayed unread for too long. */
async function deliver(socket: WebSocket, messages: readonly Message[], tuning: Tuning): Promise<boolean> {
  const text = { binary: false };
  for (const message of messages.slice(0, -1)) socket.send(frameOf(message), text);
  const flushed = new Promise<boolean>((resolve) => {
    socket.send(frameOf(messages.at(-1)!), text, () => resolve(true));
  });
  if (socket.bufferedAmount <= tuning.streamBufferBytes) return true;
  let timer: NodeJS.Timeout | undefined;
  const impatient = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, tuning.streamPatienceMs, false);
  });
  const kept = await Promise.race([flushed, impatient]);
  clearTimeout(timer);
  return kept;
}

/** Called on every heartbeat: pings the socket, and terminates it if the previous ping was not answered. */
function watchPulse(socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  return () => {
    if (!answered) socket.terminate();
    answered = false;
    socket.ping();
  };
}

export interface Reader {
  /** The store of the reader's tenant. */
  store: TenantStore;
  /** Aborted when the reader's key is revoked. */
  revoked: AbortSignal;
}

/** Resolves when the socket is closed. */
export async function streamToSocket(
  context: Context,
  { store, revoked }: Reader,
  socket: WebSocket,
  jobId: string,
  after: number,
  log: FastifyBaseLogger,
): Promise<void> {
  // Add every listener before the first await: socket events in between would be lost.
  const left = new AbortController();
  socket.on('close', () => left.abort());
  socket.on('error', () => left.abort());
  const pulse = watchPulse(socket);
  const closed = once(socket, 'close').catch(() => undefined);

  const stream = follow(
    { ...context, store },
    jobId,
    after,
    AbortSignal.any([left.signal, revoked, context.closing]),
  );
  try {
    for (let step = await stream.next(); ; step = await stream.next()) {
      if (step.done) {
        if (step.value !== 'stopped') socket.close(...FAREWELL[step.value]);
        else if (revoked.aborted) socket.close(CLOSE.keyRevoked, 'the API key was revoked');
        break;
      }
      if (step.value[0]?.object === 'heartbeat') pulse();
      if (!(await deliver(socket, step.value, context.tuning))) {
        socket.close(CLOSE.slowReader, 'reading too slowly; reconnect with ?after=');
        // The reader may not read this either; its unread events are then dropped.
        const timer = setTimeout(() => socket.terminate(), context.tuning.streamFarewellMs);
        void closed.then(() => clearTimeout(timer));
        break;
      }
    }
  } catch (error) {
    log.error({ err: error }, 'stream failed');
    socket.close(CLOSE.failed, 'internal error; reconnect with ?after=');
  } finally {
    await stream.return('stopped');
  }
  await closed;
}
