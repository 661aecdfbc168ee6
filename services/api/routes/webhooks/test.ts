// POST /webhooks/{id}/test: a message that says nothing, sent at once; how it went is in the deliveries.

import { WebhookDelivery } from '#contracts/webhooks.ts';
import type { Route } from '../../context.ts';
import { findWebhook } from '../../lookup.ts';
import { presentDelivery } from '../../present/webhook.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { storeOf, sender }) => {
  app.post(
    '/webhooks/:id/test',
    {
      schema: {
        operationId: 'testWebhook',
        tags: ['webhooks'],
        summary: 'Send a test message',
        description:
          'Its type is `webhook.test`. It is sent at once; the list of deliveries shows the outcome.',
        params: IdParams,
        response: { 201: WebhookDelivery },
      },
    },
    async (request, reply) => {
      const store = storeOf(request);
      const { id } = await findWebhook(store, request.params.id);
      const delivery = await store.webhooks.test(id);
      sender.hurry();
      return reply.code(201).header('location', `/webhooks/${id}/deliveries`).send(presentDelivery(delivery));
    },
  );
};
export default route;
