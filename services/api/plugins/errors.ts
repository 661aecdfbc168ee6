// The only place where an error becomes a reply. The caller's mistakes are returned with all details; internal errors are logged with the
// request's id, and the caller gets only that id.

import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { ErrorBody, Problem } from '#contracts/errors.ts';
import type { Tuning } from '../context.ts';
import { problemFrom } from '../failure.ts';

/** Maximum number of details in a reply; the message counts all of them. */
const MAX_DETAILS = 100;

/** Most outages are over by then. */
const RETRY_AFTER_SECONDS = 2;

export function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply, tuning: Tuning) {
  const known = problemFrom(error, tuning);
  const problem = known ?? new Problem('internal', `internal error; see request ${request.id}`);
  if (problem.status >= 500) request.log.error({ err: error }, 'request failed');
  const body = problem.toBody();
  body.error.details = body.error.details.slice(0, MAX_DETAILS);
  if (problem.code === 'unauthorized') reply.header('www-authenticate', 'Bearer');
  const retryAfter = problem.retryAfter ?? (problem.status === 503 ? RETRY_AFTER_SECONDS : null);
  if (retryAfter !== null) reply.header('retry-after', retryAfter);
  if (request.ws) reply.header('connection', 'close'); // its socket ends with this reply
  if (problem.code === 'payload_too_large') {
    // Let the client finish sending: one that is cut off may never read the reply.
    reply.removeHeader('connection');
    request.raw.resume();
  }
  return reply.code(problem.status).type('application/json; charset=utf-8').send(body);
}

export const errors = plugin(
  async (app, { tuning }: { tuning: Tuning }) => {
    app.setErrorHandler((error: FastifyError, request, reply) => sendFailure(error, request, reply, tuning));

    app.addHook('onRoute', (route) => {
      const response = { ...(route.schema?.response as object | undefined) };
      route.schema = { ...route.schema, response: { ...response, '4xx': ErrorBody, '5xx': ErrorBody } };
    });
  },
  { name: 'errors', fastify: '5.x' },
);
