// POST /jobs/{id}/stream-token: lets a browser open this job's stream for a short while, without the key.

import { z } from 'zod';
import { STREAM_TOKEN_SECONDS } from '../../access/stream-token.ts';
import type { Route } from '../../context.ts';
import { findJob } from '../../lookup.ts';
import { IdParams } from '../../schemas.ts';

const StreamToken = z.object({
  object: z.literal('stream_token'),
  job_id: z.string(),
  token: z
    .string()
    .describe('For `?token=` of the stream, or as the WebSocket subprotocol `epochd.token.<token>`'),
  expires_at: z.iso.datetime().describe('When it expires; streams already open stay open'),
});

const route: Route = (app, { storeOf, tokens }) => {
  app.post(
    '/jobs/:id/stream-token',
    {
      schema: {
        operationId: 'createStreamToken',
        tags: ['jobs'],
        summary: 'A token for the stream of this job',
        description: `For browsers, whose WebSockets cannot send a key as a header. It opens the stream of this one job for ${STREAM_TOKEN_SECONDS} seconds, on every API process that has the same key.`,
        params: IdParams,
        response: { 200: StreamToken },
      },
    },
    async (request) => {
      const { id } = await findJob(storeOf(request), request.params.id);
      const { token, expiresAt } = tokens.make(id, request.caller.key?.id ?? null);
      return {
        object: 'stream_token' as const,
        job_id: id,
        token,
        expires_at: expiresAt.toISOString(),
      };
    },
  );
};
export default route;
