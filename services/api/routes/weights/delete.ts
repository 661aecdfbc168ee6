// DELETE /weights/{id}: gone, with their bytes.

import type { Route } from '../../context.ts';
import { findWeights } from '../../lookup.ts';
import { IdParams, Nothing } from '../../schemas.ts';

const route: Route = (app, { storeOf }) => {
  app.delete(
    '/weights/:id',
    {
      schema: {
        operationId: 'deleteWeights',
        tags: ['weights'],
        summary: 'Delete uploaded weights and free their bytes',
        description: 'Rejected with 409 while an unfinished job starts from them.',
        params: IdParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const store = storeOf(request);
      const { id } = await findWeights(store, request.params.id);
      const freed = await store.weights.delete(id);
      return reply.code(204).header('x-bytes-freed', freed).send(null);
    },
  );
};
export default route;
