// GET /jobs/{id}, at once or when it is over.

import { isTerminal } from '#contracts/jobs/job.ts';
import { Job } from '#contracts/jobs/job-api.ts';
import type { Route } from '../../context.ts';
import { untilTerminal } from '../../jobs/until-terminal.ts';
import { findJob, found } from '../../lookup.ts';
import { presentJobNow } from '../../present/job.ts';
import { IdParams, WaitQuery } from '../../schemas.ts';

const route: Route = (app, context) => {
  const { storeOf, closing } = context;
  app.get(
    '/jobs/:id',
    {
      schema: {
        operationId: 'getJob',
        tags: ['jobs'],
        summary: 'One job',
        params: IdParams,
        querystring: WaitQuery,
        response: { 200: Job },
      },
    },
    async (request, reply) => {
      const store = storeOf(request);
      const { wait = 0 } = request.query;
      let job = await findJob(store, request.params.id);
      if (wait > 0 && !isTerminal(job.status)) {
        const gone = new AbortController();
        reply.raw.on('close', () => gone.abort());
        const stop = AbortSignal.any([gone.signal, closing]);
        job = found('job', job.id, await untilTerminal(store, job.id, Date.now() + wait * 1000, stop));
      }
      return presentJobNow(store.queuePlaces, job);
    },
  );
};
export default route;
