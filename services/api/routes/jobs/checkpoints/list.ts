// GET /jobs/{id}/checkpoints: where a job can go on from, the newest first.

import { z } from 'zod';
import { Checkpoint } from '#contracts/jobs/checkpoint.ts';
import type { Route } from '../../../context.ts';
import { findJob } from '../../../lookup.ts';
import { presentCheckpoint } from '../../../present/checkpoint.ts';
import { IdParams } from '../../../schemas.ts';

const route: Route = (app, { storeOf }) => {
  app.get(
    '/jobs/:id/checkpoints',
    {
      schema: {
        operationId: 'listCheckpoints',
        tags: ['checkpoints'],
        summary: 'The checkpoints of a job, the newest first',
        description:
          'The last `training.checkpoint.keep_last` checkpoints; they are kept until they, or the job, are deleted.',
        params: IdParams,
        response: { 200: z.object({ object: z.literal('list'), data: z.array(Checkpoint) }) },
      },
    },
    async (request) => {
      const store = storeOf(request);
      const { id } = await findJob(store, request.params.id);
      const all = await store.checkpoints.list(id);
      return { object: 'list' as const, data: all.map((each) => presentCheckpoint(each, all[0])) };
    },
  );
};
export default route;
