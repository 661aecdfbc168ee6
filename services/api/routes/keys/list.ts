// GET /keys: newest first, revoked ones included.

import { ApiKey } from '#contracts/keys/keys.ts';
import { listOf, PageQuery } from '#contracts/list.ts';
import type { Route } from '../../context.ts';
import { checkCursor } from '../../lookup.ts';
import { presentKey } from '../../present/key.ts';

const route: Route = (app, { service }) => {
  app.get(
    '/keys',
    {
      config: { admin: true },
      schema: {
        operationId: 'listKeys',
        tags: ['keys'],
        summary: 'List API keys, newest first',
        description: 'For the operator only. Revoked ones are kept for the record.',
        querystring: PageQuery,
        response: { 200: listOf(ApiKey) },
      },
    },
    async (request) => {
      const { limit, after } = request.query;
      const page = await service.keys.list({ limit, after: checkCursor('key', after) });
      return { object: 'list' as const, data: page.items.map(presentKey), has_more: page.hasMore };
    },
  );
};
export default route;
