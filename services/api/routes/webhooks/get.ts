// GET /webhooks/{id}

import { Webhook } from '#contracts/webhooks.ts';
import type { Route } from '../../context.ts';
import { findWebhook } from '../../lookup.ts';
import { presentWebhook } from '../../present/webhook.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { storeOf }) => {
  app.get(
    '/webhooks/:id',
    {
      schema: {
        operationId: 'getWebhook',
        tags: ['webhooks'],
        summary: 'One webhook',
        params: IdParams,
        response: { 200: Webhook },
      },
    },
    async (request) => presentWebhook(await findWebhook(storeOf(request), request.params.id)),
  );
};
export default route;
