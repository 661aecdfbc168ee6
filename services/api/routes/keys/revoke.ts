// DELETE /keys/{id}: it opens nothing any more; its row stays for the record.

import { isId } from '#contracts/ids.ts';
import { ApiKey } from '#contracts/keys/keys.ts';
import type { Route } from '../../context.ts';
import { found } from '../../lookup.ts';
import { presentKey } from '../../present/key.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { service, keyRing, streams }) => {
  app.delete(
    '/keys/:id',
    {
      config: { admin: true },
      schema: {
        operationId: 'revokeKey',
        tags: ['keys'],
        summary: 'Revoke an API key',
        description:
          'For the operator only. Requests with it are rejected at once, in other API processes within a second or two, and streams it opened are closed. The data of its tenant stays.',
        params: IdParams,
        response: { 200: ApiKey.describe('The revoked key') },
      },
    },
    async (request) => {
      const { id } = request.params;
      const record = found('key', id, isId('key', id) ? await service.keys.revoke(id) : null);
      keyRing.forget(id);
      streams.revoke(id);
      return presentKey(record);
    },
  );
};
export default route;
