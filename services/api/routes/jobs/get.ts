// GET /jobs/{id}, at once or when it is over.

import { z } from 'zod';
import { isTerminal } from '#contracts/job.ts';
import { Job } from '#contracts/job-api.ts';
import type { JobRecord, TenantStore } from '#store/store.ts';
import type { Route } from '../../context.ts';
import { findJob } from '../../lookup.ts';
import { presentJobNow } from '../../present/job.ts';
import { IdParams } from '../../schemas.ts';
import { makeNotifier } from '../../stream/notifier.ts';

const Query = z.strictObject({
  wait: z.coerce
    .number()
    .min(0)
    .max(60)
    .optional()
    .describe('Wait up to this many seconds for the job to end before replying'),
});

/** The job as soon as it is terminal, or as it is after `ms`, or when `stop` is aborted. */
async function untilTerminal(
  store: TenantStore,
  id: string,
  ms: number,
  stop: AbortSignal,
): Promise<JobRecord> {
  const deadline = Date.now() + ms;
  const notifier = makeNotifier();
  const unsubscribe = await store.events.subscribe(id, notifier.notify);
  try {
    for (;;) {
      const job = await findJob(store, id);
      const left = deadline - Date.now();
      if (isTerminal(job.status) || left <= 0 || stop.aborted) return job;
      await notifier.wait(left, stop);
    }
  } finally {
    unsubscribe();
  }
}

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
        querystring: Query,
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
        job = await untilTerminal(store, job.id, wait * 1000, AbortSignal.any([gone.signal, closing]));
      }
      return presentJobNow(store.queuePlaces, job);
    },
  );
};
export default route;
