// POST /jobs/{id}/pause: a queued job waits until it is resumed, a running one ends its step and writes a checkpoint first.

import { Job } from '#contracts/jobs/job-api.ts';
import type { Route } from '../../context.ts';
import { findJob } from '../../lookup.ts';
import { presentJobNow } from '../../present/job.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { storeOf }) => {
  app.post(
    '/jobs/:id/pause',
    {
      schema: {
        operationId: 'pauseJob',
        tags: ['jobs'],
        summary: 'Pause a job',
        description:
          'A queued job waits until it is resumed; a running one first finishes its step and writes a checkpoint.',
        params: IdParams,
        response: { 200: Job },
      },
    },
    async (request) => {
      const store = storeOf(request);
      const { id } = await findJob(store, request.params.id);
      return presentJobNow(store.queuePlaces, await store.jobs.requestPause(id));
    },
  );
};
export default route;
