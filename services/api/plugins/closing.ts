// Closes in order: no new requests, waiting callers (long polls, streams) are told, and streams that do not end by themselves are cut.

import websocket from '@fastify/websocket';
import plugin from 'fastify-plugin';
import type { WebSocket } from 'ws';
import { CLOSE } from '#contracts/close-codes.ts';
import { Problem } from '#contracts/errors.ts';
import { SUBPROTOCOL } from '../access/credentials.ts';
import type { Tuning } from '../context.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route has a wsHandler. */
    websocket?: boolean;
  }
}

/** Closes all clients with 1012 (service restart), waits, and terminates those that remain. */
async function hangUp(clients: ReadonlySet<WebSocket>, graceMs: number): Promise<void> {
  for (const client of clients) client.close(CLOSE.restarting, 'the service is restarting');
  const deadline = Date.now() + graceMs;
  while (clients.size > 0 && Date.now() < deadline) await new Promise((tick) => setTimeout(tick, 10));
  for (const client of clients) client.terminate();
}

export const closing = plugin(
  async (app, { tuning, abort }: { tuning: Tuning; abort: AbortController }) => {
    // Before any hook that may reject a request: this plugin marks the handshakes (`request.ws`), whose sockets close with their reply.
    await app.register(websocket, {
      options: {
        maxPayload: 4096, // clients have nothing to send on a stream
        // The other subprotocols offered may contain a key, which is never echoed.
        handleProtocols: (offered: Set<string>) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
      },
      errorHandler: (error, socket, request) => {
        // A client that disconnects is not an error of ours.
        request.log.debug({ err: error }, 'stream ended with an error');
        socket.terminate();
      },
      preClose: async () => {
        abort.abort();
        await hangUp(app.websocketServer.clients, tuning.closeGraceMs);
        app.websocketServer.close();
      },
    });

    // Otherwise a connection that was busy when closing began would be kept alive after its reply, and delay the shutdown.
    app.addHook('onSend', (_request, reply, _payload, done) => {
      if (abort.signal.aborted) reply.header('connection', 'close');
      done();
    });
    app.addHook('onResponse', (request, _reply, done) => {
      if (abort.signal.aborted) request.raw.socket.end();
      done();
    });

    app.addHook('onRequest', (_request, _reply, done) => {
      done(abort.signal.aborted ? new Problem('unavailable', 'the service is shutting down') : undefined);
    });

    app.addHook('preValidation', (request, _reply, done) => {
      const wrong = request.ws && !request.is404 && !request.routeOptions.config?.websocket;
      const path = request.url.split('?')[0];
      done(wrong ? new Problem('invalid_request', `${path} is not a WebSocket`) : undefined);
    });
  },
  { name: 'closing', fastify: '5.x', dependencies: ['request-id', 'errors'] },
);
