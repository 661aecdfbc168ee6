// Every reply carries x-request-id: the caller's own if usable, otherwise a new one. It is logged, too.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import plugin from 'fastify-plugin';

const USABLE = /^[\w.:-]{1,100}$/;

/** For fastify's `genReqId`. */
export function requestId(raw: Pick<IncomingMessage, 'headers'>): string {
  const given = raw.headers['x-request-id'];
  return typeof given === 'string' && USABLE.test(given) ? given : `req_${randomUUID()}`;
}

export const requestIds = plugin(
  async (app) => {
    app.addHook('onRequest', (request, reply, done) => {
      reply.header('x-request-id', request.id);
      done();
    });
  },
  { name: 'request-id', fastify: '5.x' },
);
