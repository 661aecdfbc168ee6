// The events of a job after a cursor, each exactly once, whatever happens to the connection: a broken stream is reopened after the last
// event received, and if no WebSocket can be opened, events are polled once a second instead. `onTransport` reports which of these is in
// use.

import { CLOSE } from '#contracts/close-codes.ts';
import type { JobEvent } from '#contracts/jobs/events.ts';
import type { Job } from '#contracts/jobs/job-api.ts';
import type { Progress } from '#contracts/jobs/progress.ts';
import { ApiError, ConnectionError } from './errors.ts';
import type { Http } from './http.ts';
import { backoff, pause } from './pause.ts';
import { messagesOf, openSocket, SocketClosed } from './socket.ts';

/** waiting: the service is unreachable and is being retried. */
export type Transport = 'websocket' | 'polling' | 'waiting';

export interface EventOptions {
  /** The seq of the last event already seen. */
  after?: number;
  signal?: AbortSignal;
  onTransport?(transport: Transport): void;
  /** Progress within an epoch, at most twice a second; not available while polling. */
  onProgress?(progress: Progress): void;
}

/** Consecutive sockets that failed to open before polling starts. */
const REFUSALS = 2;
/** How long to poll before trying a socket again. */
const POLLING_MS = 15_000;
const POLL_EVERY_MS = 1_000;
const PAGE = 1_000;

/** The events received leave a gap. */
const GAP = 4001;
/** The stream was closed although the service is up. */
const IS_UP: readonly number[] = [CLOSE.failed, CLOSE.keyRevoked, CLOSE.slowReader, GAP];

/** Ends after the event `done`. @throws ApiError if the job does not exist or is deleted in the meantime */
export async function* followJob(
  http: Http,
  id: string,
  { after = 0, signal: own, onTransport, onProgress }: EventOptions = {},
): AsyncGenerator<JobEvent, void> {
  const signal = http.signal(own);
  let cursor = after;
  let told: Transport | null = null;
  const tell = (transport: Transport) => {
    if (transport !== told) onTransport?.(transport);
    told = transport;
  };
  /** Accepts the event if it is the next one; drops one already seen. */
  const next = (event: JobEvent): boolean => {
    if (event.seq <= cursor) return false;
    // Events that the service has deleted (`skipped`) are not a gap.
    if (event.seq - (event.skipped ?? 0) > cursor + 1)
      throw new SocketClosed(GAP, `a gap after event ${cursor}`, true);
    cursor = event.seq;
    return true;
  };

  async function* overSocket(): AsyncGenerator<JobEvent, 'done'> {
    const url = `${http.url.replace(/^http/, 'ws')}/jobs/${id}/stream?after=${cursor}`;
    const token = async () => {
      const path = `/jobs/${id}/stream-token`;
      return (await http.json<{ token: string }>(path, { method: 'POST', signal })).token;
    };
    for await (const message of messagesOf(await openSocket(url, http.headers({}), token), signal)) {
      tell('websocket');
      if (message.object === 'job.progress') onProgress?.(message.data);
      if (message.object !== 'job.event' || !next(message)) continue;
      yield message;
      if (message.type === 'done') return 'done';
    }
    return 'done';
  }

  async function* byPolling(until: number): AsyncGenerator<JobEvent, 'done' | 'again'> {
    for (;;) {
      const query = { after: cursor, limit: PAGE };
      const page = await http.json<{ data: JobEvent[]; has_more: boolean }>(`/jobs/${id}/events`, {
        query,
        signal,
      });
      tell('polling');
      for (const event of page.data) {
        if (!next(event)) continue;
        yield event;
        if (event.type === 'done') return 'done';
      }
      if (page.has_more) continue;
      if (page.data.length === 0 && (await isOver(http, id, cursor, signal))) return 'done';
      if (Date.now() > until) return 'again';
      await pause(POLL_EVERY_MS, signal);
    }
  }

  let refusals = 0;
  let reached = false;
  for (let failures = 0; ; ) {
    const before = cursor;
    try {
      if (refusals < REFUSALS) {
        yield* overSocket();
        return;
      }
      if ((yield* byPolling(Date.now() + POLLING_MS)) === 'done') return;
      refusals = REFUSALS - 1; // a single refusal returns to polling
      continue;
    } catch (error) {
      signal.throwIfAborted();
      reached = false;
      if (error instanceof SocketClosed) {
        if (error.code === CLOSE.done) return;
        if (error.code === CLOSE.unknownJob) await http.json<Job>(`/jobs/${id}`, { signal });
        // Browsers do not reveal whether the service refused the socket or is unreachable, so ask it.
        const over = error.opened ? null : await isOver(http, id, cursor, signal).catch(unlessRefused);
        if (over === true) return;
        const refused = over === false; // reachable, so it refuses only the socket
        refusals = refused ? refusals + 1 : 0;
        reached = refused || IS_UP.includes(error.code);
      } else if (!isPassing(error)) throw error;
    }
    failures = cursor > before ? 1 : failures + 1;
    if (!reached) tell('waiting');
    await pause(backoff(failures), signal);
  }
}

/** The service is unreachable, starting or stopping. */
function isPassing(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof ApiError && error.status >= 500);
}

/** Null if the service was unreachable; rethrows anything else. */
function unlessRefused(error: unknown): null {
  if (error instanceof RangeError || (error instanceof ApiError && error.status < 500)) throw error;
  return null;
}

/** Whether the job has ended and every event was received. @throws RangeError if the cursor is beyond its events */
async function isOver(http: Http, id: string, cursor: number, signal: AbortSignal): Promise<boolean> {
  const job = await http.json<Job>(`/jobs/${id}`, { signal });
  if (cursor > job.last_seq) {
    throw new RangeError(`after ${cursor} is beyond the job's last event, ${job.last_seq}`);
  }
  return job.terminal && cursor === job.last_seq;
}
