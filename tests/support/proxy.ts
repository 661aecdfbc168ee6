// A connection to a server that can be cut or frozen: a small TCP proxy in front of it.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  port: number;
  /** Connections that were ever made. */
  readonly made: number;
  /** Those that are open pass nothing on any more, and nobody is told; new ones do. */
  freeze(): void;
  /** Ends all connections, and takes no new ones. */
  close(): Promise<void>;
}

/** Passes everything on to a port of this machine by another one; 0 takes a free one. */
export async function openProxy(to: number, port = 0): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let made = 0;
  const server = createServer((inner) => {
    made += 1;
    const outer = connect(to, '127.0.0.1');
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
      socket.pipe(other);
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    get made() {
      return made;
    },
    freeze() {
      for (const socket of sockets) socket.unpipe().resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
