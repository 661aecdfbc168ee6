// POST /jobs/{id}/cancel: a waiting job ends at once, a running one at the end of its current stretch of steps.

import { Job } from '#contracts/jobs/job-api.ts';
import type { Route } from '../../context.ts';
import { findJob } from '../../lookup.ts';
import { presentJobNow } from '../../present/job.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { storeOf }) => {
  app.post(
    '/jobs/:id/cancel',
    {
      schema: {
        operationId: 'cancelJob',
        tags: ['jobs'],
        summary: 'Cancel a job',
        params: IdParams,
        response: { 200: Job },
      },
    },
    async (request) => {
      const store = storeOf(request);
      const { id } = await findJob(store, request.params.id);
      return presentJobNow(store.queuePlaces, await store.jobs.requestCancel(id));
    },
  );
};
export default route;
