// DELETE /datasets/{id}: gone, with its bytes.

import type { Route } from '../../context.ts';
import { findDataset } from '../../lookup.ts';
import { IdParams, Nothing } from '../../schemas.ts';

const route: Route = (app, { storeOf }) => {
  app.delete(
    '/datasets/:id',
    {
      schema: {
        operationId: 'deleteDataset',
        tags: ['datasets'],
        summary: 'Delete a dataset and free its bytes',
        description: 'Rejected with 409 while an unfinished job needs it.',
        params: IdParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const store = storeOf(request);
      const { id } = await findDataset(store, request.params.id);
      const freed = await store.datasets.delete(id);
      return reply.code(204).header('x-bytes-freed', freed).send(null);
    },
  );
};
export default route;
