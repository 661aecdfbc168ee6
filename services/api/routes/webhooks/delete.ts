// DELETE /webhooks/{id}: nothing is sent there any more, not even what was on its way.

import { z } from 'zod';
import type { Route } from '../../context.ts';
import { findWebhook } from '../../lookup.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { storeOf }) => {
  app.delete(
    '/webhooks/:id',
    {
      schema: {
        operationId: 'deleteWebhook',
        tags: ['webhooks'],
        summary: 'Delete a webhook and its deliveries',
        params: IdParams,
        response: { 204: z.null().describe('Deleted') },
      },
    },
    async (request, reply) => {
      const store = storeOf(request);
      await store.webhooks.delete((await findWebhook(store, request.params.id)).id);
      return reply.code(204).send(null);
    },
  );
};
export default route;
