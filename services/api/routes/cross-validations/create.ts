// POST /cross-validations: a job's request with a number of folds, checked with each of them; then all of the jobs are
// rows at once, or none is.

import { join } from 'node:path';
import type { FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { newId } from '#contracts/ids.ts';
import { CreatedCrossValidation } from '#contracts/jobs/cross-validation.ts';
import type { JobRecord, NewJob, TenantStore } from '#store/store.ts';
import { inSpan, type Span } from '#tracing/tracing.ts';
import type { Caller } from '../../access/caller.ts';
import { createOnce, hashOf, type Keep } from '../../access/idempotency.ts';
import type { Context, Route } from '../../context.ts';
import { checkFolds } from '../../jobs/check-job.ts';
import { newRow } from '../../jobs/new-row.ts';
import { tellQueue } from '../../jobs/tell-queue.ts';
import { withinLimits } from '../../keys/check-limits.ts';
import { DescribedCrossValidation } from '../../openapi/components.ts';
import { presentCrossValidation } from '../../present/cross-validation.ts';
import { IdempotencyHeaders } from '../../schemas.ts';
import { identityOf, requestFolders, takeLargeJson } from '../../uploads/large-json.ts';
import { bodyUnchecked } from '../../validation.ts';

/** @param out where to write the table of a large body */
async function createCrossValidation(
  context: Context,
  store: TenantStore,
  { caller, body, span }: { caller: Caller; body: unknown; span: Span },
  out: () => Promise<string>,
  keep: Keep<CreatedCrossValidation>,
) {
  const checked = await checkFolds(context, store, body, out);
  // The key's limits apply to a single job, so the longest one counts.
  const flops = Math.max(...checked.folds.map((fold) => fold.flops));
  const job = withinLimits({ ...checked, flops }, caller);
  const id = newId('cross-validation');
  const first = await newRow(store, job, { caller, span });
  const { dataset, ...row } = first;
  const rows = job.folds.map(({ validation, totalSteps, warnings }, i): NewJob => {
    const name = row.name === null ? null : `${row.name}, fold ${i + 1} of ${job.folds.length}`;
    const spec = { ...row.spec, training: { ...row.spec.training, validation } };
    const own = { id: newId('job'), name, spec, totalSteps, warnings };
    return { ...row, ...own, crossValidation: id, ...(i === 0 && dataset !== undefined && { dataset }) };
  });
  const created = (records: JobRecord[]) => ({
    location: `/cross-validations/${id}`,
    body: { ...presentCrossValidation(id, records), interpreted: [...job.interpreted] },
  });
  const records = await store.jobs.createAll(rows, keep(created));
  return { records, ...created(records) };
}

const route: Route = (app, context) => {
  const { service, storeOf, scratch, tuning } = context;
  void app.register(async (scope) => {
    const folderOf = requestFolders(scope, scratch);
    takeLargeJson(scope, folderOf, tuning.jsonBodyBytes);
    scope.withTypeProvider<ZodTypeProvider>().post(
      '/cross-validations',
      {
        validatorCompiler: bodyUnchecked,
        schema: {
          operationId: 'createCrossValidation',
          tags: ['cross-validations'],
          summary: 'Train a model once per fold of its dataset',
          description:
            'Creates as many jobs as there are folds, all or none; each holds out another fold for validation. `training.validation` may only contain `stratify`. The reply summarizes the jobs, as `GET /cross-validations/{id}` does later.',
          headers: IdempotencyHeaders,
          body: DescribedCrossValidation,
          response: { 201: CreatedCrossValidation },
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
            const { records, ...created } = await createCrossValidation(context, store, request, out, keep);
            request.span.set({ 'epochd.cross_validation.id': created.body.id });
            const telling = request.span.child('job.enqueue', { kind: 'producer' });
            await inSpan(telling, () =>
              Promise.all(records.map((record) => tellQueue(service.queue, record, request.log))),
            );
            return created;
          },
        );
      },
    );
  });
};
export default route;
