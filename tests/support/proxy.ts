// A small TCP proxy in front of a server, whose connections can be cut or frozen.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  port: number;
  /** Number of connections accepted so far. */
  readonly made: number;
  /** Open connections silently stop forwarding; new ones work. */
  freeze(): void;
  /** Closes open connections; new ones work. */
  cut(): void;
  /** New connections go to another port of this machine. */
  turn(to: number): void;
  /**
   * Loses the reply to the next message that contains `text` (on a connection that has sent `after`, if given): the server executes the
   * statement, and the connection is closed. Resolves when that has happened.
   */
  loseAnswer(text: string, after?: string): Promise<void>;
  /**
   * Closes the connection of the nth client message from now on, counted over all connections: before forwarding it, or after, in place of
   * the reply.
   */
  failNth(nth: number, how: FailingHow): FailingCounter;
  /** Closes all connections and accepts no more. */
  close(): Promise<void>;
}

export type FailingHow = 'before' | 'after';

export interface FailingCounter {
  /** The printable part of the failed message; empty if none has failed. */
  what(): string;
  /** Disarms the failure; returns the number of messages counted. */
  stop(): number;
}

interface Loss {
  text: string;
  after: string | null;
  lost(): void;
}

/** ReadyForQuery of the Postgres protocol: idle, in a transaction, in a failed transaction. */
const READY = ['I', 'T', 'E'].map((status) => Buffer.from(`Z\0\0\0\x05${status}`, 'latin1'));

/** Forwards connections on `port` (0: any free one) to port `to` of this machine. */
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
    /** Drops the server's reply, and then the connection. */
    const swallow = (lost: () => void) => {
      outer.unpipe().resume();
      outer.on('data', (answer: Buffer) => {
        // Postgres sends ReadyForQuery once it has finished executing.
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
