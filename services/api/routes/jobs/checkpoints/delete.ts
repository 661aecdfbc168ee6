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
          'Rejected with 409 if an unfinished job would resume from it. The bytes are kept if a job that ended without a final model still predicts from them.',
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
