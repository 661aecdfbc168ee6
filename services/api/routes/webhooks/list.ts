// GET /webhooks: newest first.

import { listOf, PageQuery } from '#contracts/list.ts';
import { Webhook } from '#contracts/webhooks.ts';
import type { Route } from '../../context.ts';
import { checkCursor } from '../../lookup.ts';
import { presentWebhook } from '../../present/webhook.ts';

const route: Route = (app, { storeOf }) => {
  app.get(
    '/webhooks',
    {
      schema: {
        operationId: 'listWebhooks',
        tags: ['webhooks'],
        summary: 'List webhooks, newest first',
        querystring: PageQuery,
        response: { 200: listOf(Webhook) },
      },
    },
    async (request) => {
      const { limit, after } = request.query;
      const page = await storeOf(request).webhooks.list({ limit, after: checkCursor('webhook', after) });
      return { object: 'list' as const, data: page.items.map(presentWebhook), has_more: page.hasMore };
    },
  );
};
export default route;
