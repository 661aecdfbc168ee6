// DELETE /jobs/{id}/checkpoints/{checkpoint}: gone, with its bytes, unless the job's own weights are in it.

import type { Route } from '../../../context.ts';
import { findCheckpoint } from '../../../lookup.ts';
import { CheckpointParams, Nothing } from '../../../schemas.ts';

const route: Route = (app, { storeOf }) => {
  app.delete(
    '/jobs/:id/checkpoints/:checkpoint',
    {
      schema: {
        operationId: 'deleteCheckpoint',
        tags: ['checkpoints'],
        summary: 'Delete a checkpoint',
        description:
          'Refused with 409 where an unfinished job would go on from it. The bytes stay where a job that ended without a model of its own answers from them.',
        params: CheckpointParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const store = storeOf(request);
      const { id, jobId } = await findCheckpoint(store, request.params.id, request.params.checkpoint);
      const freed = await store.checkpoints.delete(jobId, id);
      return reply.code(204).header('x-bytes-freed', freed).send(null);
    },
  );
};
export default route;
