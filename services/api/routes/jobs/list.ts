// GET /jobs: newest first.

import { Job } from '#contracts/job-api.ts';
import { listOf, PageQuery } from '#contracts/list.ts';
import type { Route } from '../../context.ts';
import { checkCursor } from '../../lookup.ts';
import { presentJobsNow } from '../../present/job.ts';

const route: Route = (app, { store }) => {
  app.get(
    '/jobs',
    {
      schema: {
        operationId: 'listJobs',
        tags: ['jobs'],
        summary: 'List jobs, newest first',
        querystring: PageQuery,
        response: { 200: listOf(Job) },
      },
    },
    async (request) => {
      const { limit, after } = request.query;
      const page = await store.jobs.list({ limit, after: checkCursor('job', after) });
      const data = await presentJobsNow(store.jobs, page.items);
      return { object: 'list' as const, data, has_more: page.hasMore };
    },
  );
};
export default route;
