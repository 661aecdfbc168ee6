// GET /jobs/{id}/checkpoints/{checkpoint}/weights: what a job had learned by then, as a safetensors file.

import { WhichQuery } from '#contracts/jobs/checkpoint.ts';
import type { Route } from '../../../context.ts';
import { sendWeights, WEIGHTS_REPLY } from '../../../jobs/send-weights.ts';
import { findCheckpoint, sourceOf } from '../../../lookup.ts';
import { CheckpointParams } from '../../../schemas.ts';

const route: Route = (app, { storeOf }) => {
  app.get(
    '/jobs/:id/checkpoints/:checkpoint/weights',
    {
      schema: {
        operationId: 'downloadCheckpointWeights',
        tags: ['checkpoints'],
        summary: "A checkpoint's weights as a safetensors file",
        params: CheckpointParams,
        querystring: WhichQuery,
        response: WEIGHTS_REPLY,
      },
    },
    async (request, reply) => {
      const { id, checkpoint } = request.params;
      const store = storeOf(request);
      const found = await findCheckpoint(store, id, checkpoint);
      return sendWeights(store, request, reply, sourceOf(found, request.query.which), found.id);
    },
  );
};
export default route;
