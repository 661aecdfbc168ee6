// GET /webhooks/{id}/deliveries: what was sent, what came back, and what is tried again when.

import { z } from 'zod';
import { listOf, PageQuery } from '#contracts/list.ts';
import { WebhookDelivery } from '#contracts/webhooks.ts';
import type { Route } from '../../context.ts';
import { findWebhook } from '../../lookup.ts';
import { presentDelivery } from '../../present/webhook.ts';
import { IdParams } from '../../schemas.ts';

const Query = PageQuery.extend({
  after: z
    .string()
    .regex(/^msg_[0-9a-f]{32}$/, {
      error: 'expected the id of a delivery (msg_…), the last one of the page before',
    })
    .optional()
    .describe('The last id of the previous page'),
});

const route: Route = (app, { storeOf }) => {
  app.get(
    '/webhooks/:id/deliveries',
    {
      schema: {
        operationId: 'listWebhookDeliveries',
        tags: ['webhooks'],
        summary: 'What was sent to a webhook, newest first',
        description: 'Finished deliveries are kept for 30 days.',
        params: IdParams,
        querystring: Query,
        response: { 200: listOf(WebhookDelivery) },
      },
    },
    async (request) => {
      const store = storeOf(request);
      const { id } = await findWebhook(store, request.params.id);
      const page = await store.webhooks.deliveries(id, request.query);
      return { object: 'list' as const, data: page.items.map(presentDelivery), has_more: page.hasMore };
    },
  );
};
export default route;
