// GET /jobs/{id}/checkpoints/{checkpoint}: one of them.

import { Checkpoint } from '#contracts/jobs/checkpoint.ts';
import type { Route } from '../../../context.ts';
import { findCheckpoint } from '../../../lookup.ts';
import { presentCheckpoint } from '../../../present/checkpoint.ts';
import { CheckpointParams } from '../../../schemas.ts';

const route: Route = (app, { storeOf }) => {
  app.get(
    '/jobs/:id/checkpoints/:checkpoint',
    {
      schema: {
        operationId: 'getCheckpoint',
        tags: ['checkpoints'],
        summary: 'One checkpoint',
        params: CheckpointParams,
        response: { 200: Checkpoint },
      },
    },
    async (request) => {
      const store = storeOf(request);
      const found = await findCheckpoint(store, request.params.id, request.params.checkpoint);
      return presentCheckpoint(found, (await store.checkpoints.latest(found.jobId)) ?? undefined);
    },
  );
};
export default route;
