// POST /jobs/{id}/resume: a paused job is queued again, and goes on from its last checkpoint to the bits of an unbroken run.

import { Job } from '#contracts/jobs/job-api.ts';
import type { Route } from '../../context.ts';
import { tellQueue } from '../../jobs/tell-queue.ts';
import { findJob } from '../../lookup.ts';
import { presentJobNow } from '../../present/job.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { service, storeOf }) => {
  app.post(
    '/jobs/:id/resume',
    {
      schema: {
        operationId: 'resumeJob',
        tags: ['jobs'],
        summary: 'Resume a paused job',
        description:
          'A paused job is queued again and resumes from its last checkpoint; its results are bit-identical to those of an uninterrupted run.',
        params: IdParams,
        response: { 200: Job },
      },
    },
    async (request) => {
      const store = storeOf(request);
      const { id } = await findJob(store, request.params.id);
      const job = await store.jobs.resume(id);
      await tellQueue(service.queue, job, request.log);
      return presentJobNow(store.queuePlaces, job);
    },
  );
};
export default route;
