// A connection to a server that can be cut or frozen: a small TCP proxy in front of it.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  port: number;
  /** Connections that were ever made. */
  readonly made: number;
  /** Those that are open pass nothing on any more, and nobody is told; new ones do. */
  freeze(): void;
  /** Ends those that are open; new ones work. */
  cut(): void;
  /** New connections go to another port of this machine. */
  turn(to: number): void;
  /**
   * Of the next connection that sends `text` (after `after`, where that is given), the answer never arrives: the server does
   * what it was asked for, and the connection ends. Resolves when that has happened.
   */
  loseAnswer(text: string, after?: string): Promise<void>;
  /**
   * The nth message that a client sends from now on, on whatever connection, ends its connection: before it is passed on, or
   * after it is, in place of the answer.
   */
  failNth(nth: number, how: FailingHow): FailingCounter;
  /** Ends all connections, and takes no new ones. */
  close(): Promise<void>;
}

export type FailingHow = 'before' | 'after';

export interface FailingCounter {
  /** What failed, in the server's words as far as they can be read; empty before that. */
  what(): string;
  /** The number of messages since it was made; nothing fails any more. */
  stop(): number;
}

interface Loss {
  text: string;
  after: string | null;
  lost(): void;
}

/** ReadyForQuery of Postgres' protocol: outside of a transaction, in one, in a failed one. */
const READY = ['I', 'T', 'E'].map((status) => Buffer.from(`Z\0\0\0\x05${status}`, 'latin1'));

/** Passes everything on to a port of this machine by another one; 0 takes a free one. */
export async function openProxy(to: number, port = 0): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let made = 0;
  let target = to;
  const losses: Loss[] = [];
  let failing: { nth: number; how: FailingHow; count: number; what: string } | null = null;
  const server = createServer((inner) => {
    made += 1;
    const outer = connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    outer.pipe(inner);
    /** The server does as it is asked, and nobody hears of it. */
    const swallow = (lost: () => void) => {
      outer.unpipe().resume();
      outer.on('data', (answer: Buffer) => {
        // Postgres says that it is ready for the next question once all is done.
        if (!READY.some((ready) => answer.includes(ready))) return;
        inner.destroy();
        lost();
      });
    };
    inner.on('data', (chunk: Buffer) => {
      if (failing !== null && ++failing.count === failing.nth) {
        failing.what = chunk
          .toString('latin1')
          .replace(/[^ -~]+/g, ' ')
          .slice(0, 200);
        if (failing.how === 'before') {
          inner.destroy();
          return;
        }
        swallow(() => {});
      }
      if (!outer.write(chunk)) {
        inner.pause();
        outer.once('drain', () => inner.resume());
      }
    });
    let armed: Loss | null = null;
    inner.on('data', (chunk: Buffer) => {
      for (const loss of losses) {
        if (loss.after !== null && chunk.includes(loss.after)) armed = loss;
        else if ((loss.after === null || armed === loss) && chunk.includes(loss.text)) {
          losses.splice(losses.indexOf(loss), 1);
          swallow(loss.lost);
          return;
        }
      }
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    get made() {
      return made;
    },
    turn(port) {
      target = port;
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    loseAnswer(text, after) {
      return new Promise((lost) => void losses.push({ text, after: after ?? null, lost }));
    },
    failNth(nth, how) {
      const mine = { nth, how, count: 0, what: '' };
      failing = mine;
      return {
        what: () => mine.what,
        stop() {
          if (failing === mine) failing = null;
          return mine.count;
        },
      };
    },
    freeze() {
      for (const socket of sockets) socket.unpipe().removeAllListeners('data').resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
