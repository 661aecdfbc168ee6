// Requests that Node's HTTP parser rejects never reach a route; they still get an error in the API's format.

import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { Problem } from '#contracts/errors.ts';

/** For fastify's `clientErrorHandler`. */
export function badHttp(error: Error & { code?: string }, socket: Socket): void {
  // A client that has hung up, or that has stopped reading, gets no reply.
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const message =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'the headers are over the limit of 16 KiB'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'the request took too long to arrive'
        : 'this is not HTTP';
  const body = JSON.stringify(new Problem('invalid_request', message).toBody());
  socket.end(
    [
      'HTTP/1.1 400 Bad Request',
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: req_${randomUUID()}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
