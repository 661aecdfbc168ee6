// GET /keys/{id}

import { isId } from '#contracts/ids.ts';
import { ApiKey } from '#contracts/keys/keys.ts';
import type { Route } from '../../context.ts';
import { found } from '../../lookup.ts';
import { presentKey } from '../../present/key.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { service }) => {
  app.get(
    '/keys/:id',
    {
      config: { admin: true },
      schema: {
        operationId: 'getKey',
        tags: ['keys'],
        summary: 'One API key',
        description: 'For the operator only.',
        params: IdParams,
        response: { 200: ApiKey },
      },
    },
    async (request) => {
      const { id } = request.params;
      return presentKey(found('key', id, isId('key', id) ? await service.keys.get(id) : null));
    },
  );
};
export default route;
