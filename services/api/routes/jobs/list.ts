// GET /jobs: filtered and sorted, newest first where nothing else is asked for.

import { problemOf } from '#contracts/errors.ts';
import { Job } from '#contracts/jobs/job-api.ts';
import { JobListQuery } from '#contracts/jobs/job-list.ts';
import { listOf } from '#contracts/list.ts';
import type { JobOrder } from '#store/jobs/job-list.ts';
import type { TenantStore } from '#store/store.ts';
import type { Route } from '../../context.ts';
import { checkCursor } from '../../lookup.ts';
import { presentJobsNow, withoutMatrices } from '../../present/job.ts';

function orderOf(sort: string): JobOrder {
  const descending = sort.startsWith('-');
  const by = descending ? sort.slice(1) : sort;
  if (by === 'created_at' || by === 'finished_at') return { by, descending };
  return { by: { best: by.slice('best.'.length) }, descending };
}

/** Except when sorting by creation, the next page starts from the job's own values, so the job must still exist. */
async function findCursor(store: TenantStore, after: string): Promise<void> {
  if ((await store.jobs.get(after)) !== null) return;
  const message = 'the job that this page starts after was deleted: start from the first page';
  throw problemOf('invalid_request', [{ param: 'after', code: 'not_found', message }]);
}

const route: Route = (app, { storeOf }) => {
  app.get(
    '/jobs',
    {
      schema: {
        operationId: 'listJobs',
        tags: ['jobs'],
        summary: 'List jobs',
        querystring: JobListQuery,
        response: { 200: listOf(Job) },
      },
    },
    async (request) => {
      const store = storeOf(request);
      const {
        limit,
        sort,
        status,
        name,
        metadata,
        dataset,
        cross_validation,
        created_after,
        created_before,
      } = request.query;
      const after = checkCursor('job', request.query.after);
      const order = orderOf(sort);
      if (after !== undefined && order.by !== 'created_at') await findCursor(store, after);
      const page = await store.jobs.list({
        limit,
        after,
        order,
        status: status === undefined ? undefined : [status].flat(),
        name,
        metadata,
        dataset,
        crossValidation: cross_validation,
        createdAfter: created_after === undefined ? undefined : new Date(created_after),
        createdBefore: created_before === undefined ? undefined : new Date(created_before),
      });
      const jobs = await presentJobsNow(store.queuePlaces, page.items);
      return { object: 'list' as const, data: jobs.map(withoutMatrices), has_more: page.hasMore };
    },
  );
};
export default route;
