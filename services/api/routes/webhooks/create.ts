// POST /webhooks: where the caller's tenant is told of the end of each of its jobs.

import { newId } from '#contracts/ids.ts';
import { CreatedWebhook, WebhookRequest } from '#contracts/webhooks.ts';
import type { WebhookRecord } from '#store/store.ts';
import { createOnce, hashOf } from '../../access/idempotency.ts';
import type { Route } from '../../context.ts';
import { presentWebhook } from '../../present/webhook.ts';
import { IdempotencyHeaders } from '../../schemas.ts';
import { refusePrivate } from '../../webhooks/refuse-private.ts';
import { newWebhookSecret } from '../../webhooks/signature.ts';

const created = (record: WebhookRecord, secret: string | null) => ({
  location: `/webhooks/${record.id}`,
  body: { ...presentWebhook(record), secret },
});

const route: Route = (app, { config, storeOf }) => {
  app.post(
    '/webhooks',
    {
      schema: {
        operationId: 'createWebhook',
        tags: ['webhooks'],
        summary: 'Create a webhook',
        description:
          'From now on, the end of each job of the tenant is reported by a POST to `url`, signed according to Standard Webhooks. The secret is returned only in this reply. Addresses that are not public are rejected.',
        headers: IdempotencyHeaders,
        body: WebhookRequest,
        response: { 201: CreatedWebhook },
      },
    },
    (request, reply) => {
      const store = storeOf(request);
      return createOnce<CreatedWebhook>(
        store,
        request,
        reply,
        () => hashOf(request.body),
        async (keep) => {
          const { url, name = null, secret = newWebhookSecret() } = request.body;
          await refusePrivate(url, config.webhookPrivateAddresses ?? false);
          const row = { id: newId('webhook'), url, name, secret };
          const record = await store.webhooks.create(
            row,
            keep((kept: WebhookRecord) => created(kept, null)),
          );
          return created(record, secret);
        },
      );
    },
  );
};
export default route;
