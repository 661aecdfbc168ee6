// POST /keys: a key for a tenant, shown in this reply and never again.

import { newId } from '#contracts/ids.ts';
import { withDefaults } from '#contracts/keys/key-limits.ts';
import { ApiKeyRequest, CreatedApiKey } from '#contracts/keys/keys.ts';
import type { KeyRecord } from '#store/store.ts';
import { createOnce, hashOf } from '../../access/idempotency.ts';
import type { Route } from '../../context.ts';
import { newSecret } from '../../keys/secret.ts';
import { presentKey } from '../../present/key.ts';
import { IdempotencyHeaders } from '../../schemas.ts';

const created = (record: KeyRecord, key: string | null) => ({
  location: `/keys/${record.id}`,
  body: { ...presentKey(record), key },
});

const route: Route = (app, { config, service, storeOf }) => {
  app.post(
    '/keys',
    {
      config: { admin: true },
      schema: {
        operationId: 'createKey',
        tags: ['keys'],
        summary: 'Create an API key',
        description:
          'For the operator (EPOCHD_API_KEY) only. The key is returned only in this reply: only its SHA-256 is stored. A reply repeated for an Idempotency-Key omits it.',
        headers: IdempotencyHeaders,
        body: ApiKeyRequest,
        response: { 201: CreatedApiKey },
      },
    },
    (request, reply) =>
      createOnce<CreatedApiKey>(
        storeOf(request),
        request,
        reply,
        () => hashOf(request.body),
        async (keep) => {
          const { key, hash, hint } = newSecret();
          const limits = withDefaults(request.body.limits, config.keyLimits);
          const row = { ...request.body, id: newId('key'), hash, hint, limits };
          const record = await service.keys.create(
            row,
            keep((kept: KeyRecord) => created(kept, null)),
          );
          return created(record, key);
        },
      ),
  );
};
export default route;
