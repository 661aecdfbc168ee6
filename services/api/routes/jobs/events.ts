// GET /jobs/{id}/events: the log, oldest first.

import { z } from 'zod';
import { JobEvent } from '#contracts/jobs/events.ts';
import { listOf } from '#contracts/list.ts';
import type { Route } from '../../context.ts';
import { findJob } from '../../lookup.ts';
import { IdParams, Seq } from '../../schemas.ts';

const Query = z.strictObject({
  after: Seq.default(0).describe('Events with a greater seq'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

const route: Route = (app, { storeOf }) => {
  app.get(
    '/jobs/:id/events',
    {
      schema: {
        operationId: 'listJobEvents',
        tags: ['jobs'],
        summary: 'The events of a job, oldest first',
        params: IdParams,
        querystring: Query,
        response: { 200: listOf(JobEvent) },
      },
    },
    async (request) => {
      const store = storeOf(request);
      const { after, limit } = request.query;
      const { id } = await findJob(store, request.params.id);
      const events = await store.events.list(id, { after, limit: limit + 1 });
      return { object: 'list' as const, data: events.slice(0, limit), has_more: events.length > limit };
    },
  );
};
export default route;
