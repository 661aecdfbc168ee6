// A job's stream as a WebSocket, read one message at a time.

import type { Heartbeat, JobEvent } from '#contracts/jobs/events.ts';
import type { ProgressFrame } from '#contracts/jobs/progress.ts';

export type Message = JobEvent | Heartbeat | ProgressFrame;

/** Why a socket closed; `opened` tells whether it ever connected. */
export class SocketClosed extends Error {
  readonly code: number;
  readonly opened: boolean;

  constructor(code: number, reason: string, opened: boolean) {
    super(`the stream was closed: ${code} ${reason}`.trim());
    this.name = 'SocketClosed';
    this.code = code;
    this.opened = opened;
  }
}

/** Longer than the service is ever silent: it sends a heartbeat every 15 s. */
const SILENCE_MS = 40_000;

type WithHeaders = new (url: string, options: { headers: Record<string, string> }) => WebSocket;

/** @param token fetches a stream token, needed in browsers, whose WebSocket cannot send headers */
export async function openSocket(
  url: string,
  headers: Record<string, string>,
  token?: () => Promise<string>,
): Promise<WebSocket> {
  if (Object.keys(headers).length === 0) return new WebSocket(url);
  try {
    return new (WebSocket as unknown as WithHeaders)(url, { headers });
  } catch (error) {
    // A browser takes the second argument for a subprotocol name and rejects it.
    if ((error as Error).name !== 'SyntaxError' || token === undefined) throw error;
    return new WebSocket(url, ['epochd', `epochd.token.${await token()}`]);
  }
}

/** @throws SocketClosed whenever the socket closes; the signal's reason if aborted */
export async function* messagesOf(socket: WebSocket, signal: AbortSignal): AsyncGenerator<Message, never> {
  const arrived: Message[] = [];
  let ended: unknown = null;
  let opened = false;
  let wake = () => {};
  const end = (why: unknown) => {
    ended ??= why;
    wake();
  };
  let timer: ReturnType<typeof setTimeout>;
  const listen = () => {
    clearTimeout(timer);
    timer = setTimeout(
      () => end(new SocketClosed(4000, 'nothing was received for 40 s', opened)),
      SILENCE_MS,
    );
  };
  const abort = () => end(signal.reason);
  listen();
  socket.onopen = () => {
    opened = true;
  };
  socket.onmessage = ({ data }) => {
    listen();
    arrived.push(JSON.parse(String(data)) as Message);
    wake();
  };
  socket.onclose = ({ code, reason }) => end(new SocketClosed(code, reason, opened));
  socket.onerror = () => {}; // a close event follows
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    for (;;) {
      const message = arrived.shift();
      if (message !== undefined) yield message;
      else if (ended !== null) throw ended;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    clearTimeout(timer!);
    signal.removeEventListener('abort', abort);
    socket.onclose = null;
    socket.close();
  }
}
