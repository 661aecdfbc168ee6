// PATCH /keys/{id}: another name, other limits.

import { isId } from '#contracts/ids.ts';
import { ApiKeyChange } from '#contracts/keys/key-change.ts';
import { ApiKey } from '#contracts/keys/keys.ts';
import type { Route } from '../../context.ts';
import { found } from '../../lookup.ts';
import { presentKey } from '../../present/key.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { service, keyRing }) => {
  app.patch(
    '/keys/:id',
    {
      config: { admin: true },
      schema: {
        operationId: 'changeKey',
        tags: ['keys'],
        summary: 'Change an API key',
        description:
          'For the operator only. Omitted values stay unchanged; null removes a limit. Other API processes apply the change within a second; jobs already posted are not checked again.',
        params: IdParams,
        body: ApiKeyChange,
        response: { 200: ApiKey.describe('The changed key') },
      },
    },
    async (request) => {
      const { id } = request.params;
      const record = found('key', id, isId('key', id) ? await service.keys.change(id, request.body) : null);
      keyRing.forget(id);
      return presentKey(record);
    },
  );
};
export default route;
