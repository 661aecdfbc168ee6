// DELETE /jobs/{id}: gone, with its events and its trained model.

import type { Route } from '../../context.ts';
import { findJob } from '../../lookup.ts';
import { IdParams, Nothing } from '../../schemas.ts';

const route: Route = (app, { storeOf, predictors }) => {
  app.delete(
    '/jobs/:id',
    {
      schema: {
        operationId: 'deleteJob',
        tags: ['jobs'],
        summary: 'Delete a finished job with its events and its model',
        description: 'Rejected with 409 while the job has not ended: cancel it first.',
        params: IdParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const store = storeOf(request);
      const job = await findJob(store, request.params.id);
      const freed = await store.jobs.delete(job.id);
      for (const model of [job.model, job.bestModel]) if (model !== null) predictors.forget(model.artifact);
      return reply.code(204).header('x-bytes-freed', freed).send(null);
    },
  );
};
export default route;
