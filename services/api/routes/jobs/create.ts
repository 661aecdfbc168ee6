// POST /jobs: everything is checked at once; then the job is a row, and the queue notifies a worker.

import { join } from 'node:path';
import type { FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { CreatedJob } from '#contracts/jobs/job-api.ts';
import type { JobRecord, TenantStore } from '#store/store.ts';
import { inSpan, type Span } from '#tracing/tracing.ts';
import type { Caller } from '../../access/caller.ts';
import { createOnce, hashOf, type Keep } from '../../access/idempotency.ts';
import type { Context, Route } from '../../context.ts';
import { checkJob } from '../../jobs/check-job.ts';
import { newRow } from '../../jobs/new-row.ts';
import { tellQueue } from '../../jobs/tell-queue.ts';
import { withinLimits } from '../../keys/check-limits.ts';
import { DescribedJob } from '../../openapi/components.ts';
import { presentJob } from '../../present/job.ts';
import { IdempotencyHeaders } from '../../schemas.ts';
import { identityOf, requestFolders, takeLargeJson } from '../../uploads/large-json.ts';
import { bodyUnchecked } from '../../validation.ts';

/** @param out where to write the table of a large body */
async function createJob(
  context: Context,
  store: TenantStore,
  { caller, body, span }: { caller: Caller; body: unknown; span: Span },
  out: () => Promise<string>,
  keep: Keep<CreatedJob>,
) {
  const job = withinLimits(await checkJob(context, store, body, out), caller);
  const { tenant, key } = caller;
  const { priority } = job.request;
  const place = await store.queuePlaces.next({ tenant, priority, keyId: key?.id ?? null });
  const created = (record: JobRecord) => ({
    location: `/jobs/${record.id}`,
    body: { ...presentJob(record, place), interpreted: [...job.interpreted] },
  });
  const row = await newRow(store, job, { caller, span });
  const record = await store.jobs.create(row, keep(created));
  return { record, ...created(record) };
}

const route: Route = (app, context) => {
  const { service, storeOf, scratch, tuning } = context;
  void app.register(async (scope) => {
    const folderOf = requestFolders(scope, scratch);
    takeLargeJson(scope, folderOf, tuning.jsonBodyBytes);
    scope.withTypeProvider<ZodTypeProvider>().post(
      '/jobs',
      {
        validatorCompiler: bodyUnchecked,
        schema: {
          operationId: 'createJob',
          tags: ['jobs'],
          summary: 'Train a model',
          description:
            'Replies with the complete job, including every default; `interpreted` lists values that were stored in another form than they were sent. Follow the job at `urls.stream`.',
          headers: IdempotencyHeaders,
          body: DescribedJob,
          response: { 201: CreatedJob },
        },
      },
      (request, reply) => {
        const store = storeOf(request);
        return createOnce(
          store,
          request,
          reply,
          () => hashOf(identityOf(request.body)),
          async (keep) => {
            const out = async () => join(await folderOf(request as FastifyRequest), 'table');
            const { record, ...created } = await createJob(context, store, request, out, keep);
            request.span.set({ 'epochd.job.id': record.id });
            const telling = request.span.child('job.enqueue', { kind: 'producer' });
            await inSpan(telling, () => tellQueue(service.queue, record, request.log));
            return created;
          },
        );
      },
    );
  });
};
export default route;
