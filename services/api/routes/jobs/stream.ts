// GET /jobs/{id}/stream: the events after a cursor, then the live ones, over a WebSocket or as Server-Sent Events.
// Everything that can be wrong is said before the upgrade, as a plain reply.

import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Problem, problemOf } from '#contracts/errors.ts';
import { isTerminal } from '#contracts/jobs/job.ts';
import type { JobRecord } from '#store/jobs/job-record.ts';
import type { Route } from '../../context.ts';
import { findJob } from '../../lookup.ts';
import { StreamMessage } from '../../openapi/components.ts';
import { IdParams, Nothing, Seq } from '../../schemas.ts';
import { streamToSocket } from '../../stream/socket.ts';
import { sseStream } from '../../stream/sse.ts';

const Query = z.strictObject({
  after: Seq.optional().describe('Start after the event with this seq; if omitted, with the first event'),
  token: z
    .string()
    .optional()
    .describe('From POST /jobs/{id}/stream-token, for browsers; instead of the key'),
});

/** `?after=`, or the Last-Event-ID that a browser's EventSource sends when it reconnects. */
function cursorOf(
  request: Pick<FastifyRequest, 'headers'>,
  after: number | undefined,
  job: JobRecord,
): number {
  const seq = after ?? Seq.safeParse(request.headers['last-event-id']).data ?? 0;
  if (seq <= job.lastSeq) return seq;
  const message = `${seq} is beyond the job's last event, ${job.lastSeq}`;
  throw problemOf('invalid_request', [{ param: 'after', code: 'too_big', message }]);
}

const route: Route = (app, context) => {
  const { storeOf, streams } = context;
  app.route({
    method: 'GET',
    url: '/jobs/:id/stream',
    exposeHeadRoute: false,
    config: { websocket: true },
    schema: {
      operationId: 'streamJob',
      tags: ['jobs'],
      summary: 'Follow a job live',
      description: [
        'A WebSocket: every frame is an event of the job, or a heartbeat after 15 s of quiet. The events after',
        '`after` come first, then the live ones, each exactly once; `done` is the last, and the socket is',
        'closed with 1000. Other close codes: 1012 the service restarts, 4401 the API key was revoked, 4404 the job was deleted, 4408 the reader did',
        'not keep up; reconnect with `after` set to the last `seq` that was seen.',
        '',
        'A browser, which cannot send the key as a header, offers the subprotocols `epochd` and',
        '`epochd.key.<base64url of the key>` or `epochd.token.<stream token>`, or sends the token as `?token=`.',
        '',
        'With `Accept: text/event-stream` the same messages come as Server-Sent Events.',
      ].join('\n'),
      params: IdParams,
      querystring: Query,
      response: {
        101: StreamMessage.describe('Switching to WebSocket; the schema of every frame'),
        200: {
          description: 'As Server-Sent Events, for Accept: text/event-stream',
          content: { 'text/event-stream': { schema: StreamMessage } },
        },
        204: Nothing.describe('Server-Sent Events only: the job has ended and all its events have been sent'),
      },
    },
    preHandler: async (request) => {
      const job = await findJob(storeOf(request), request.params.id);
      cursorOf(request, request.query.after, job);
    },
    handler: async (request, reply) => {
      const store = storeOf(request);
      const job = await findJob(store, request.params.id);
      const after = cursorOf(request, request.query.after, job);
      if (!request.headers.accept?.includes('text/event-stream')) {
        reply.header('upgrade', 'websocket').header('connection', 'upgrade');
        throw new Problem('upgrade_required', 'connect with a WebSocket, or send Accept: text/event-stream');
      }
      if (isTerminal(job.status) && after >= job.lastSeq) return reply.code(204).send(null);
      const left = new AbortController();
      const { revoked, end } = streams.open(request.caller.key?.id ?? null);
      reply.raw.on('close', () => {
        left.abort();
        end();
      });
      reply.header('cache-control', 'no-store').type('text/event-stream');
      return reply.send(
        sseStream(context, store, job.id, after, AbortSignal.any([left.signal, revoked])) as never,
      );
    },
    wsHandler: async (socket, request) => {
      const { id } = request.params as { id: string };
      const { after } = request.query as z.infer<typeof Query>;
      const start = after ?? Seq.safeParse(request.headers['last-event-id']).data ?? 0;
      const { revoked, end } = streams.open(request.caller.key?.id ?? null);
      const reader = { store: storeOf(request), revoked };
      await streamToSocket(context, reader, socket, id, start, request.log).finally(end);
    },
  });
};
export default route;
