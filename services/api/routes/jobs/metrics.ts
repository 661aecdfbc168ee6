// GET /jobs/{id}/metrics: the curves of a job, bounded whatever its number of epochs.

import { z } from 'zod';
import { MetricHistory, MetricHistoryQuery } from '#contracts/jobs/metric-history.ts';
import type { Route } from '../../context.ts';
import { isKnown } from '../../etag.ts';
import { readHistory } from '../../jobs/metric-history.ts';
import { findJob } from '../../lookup.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { storeOf }) => {
  app.get(
    '/jobs/:id/metrics',
    {
      schema: {
        operationId: 'getJobMetrics',
        tags: ['jobs'],
        summary: 'The metrics of every epoch, aggregated if there are more than max_points',
        params: IdParams,
        querystring: MetricHistoryQuery,
        response: {
          200: MetricHistory,
          304: z.null().describe('Nothing new since the reply that If-None-Match names'),
        },
      },
    },
    async (request, reply) => {
      const store = storeOf(request);
      const { query } = request;
      const job = await findJob(store, request.params.id);
      const { attempt, lastSeq, progress } = job;
      const tag = [
        attempt,
        lastSeq,
        progress.epoch,
        query.max_points,
        query.from_epoch,
        query.to_epoch ?? '',
      ].join('-');
      if (isKnown(request, reply, tag)) return reply.code(304).send(null);
      return readHistory(store.history, job, query);
    },
  );
};
export default route;
