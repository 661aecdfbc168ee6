// POST /cross-validations/{id}/cancel: every job of it that has not ended.

import { Problem } from '#contracts/errors.ts';
import { CrossValidation } from '#contracts/jobs/cross-validation.ts';
import { isTerminal } from '#contracts/jobs/job.ts';
import type { TenantStore } from '#store/store.ts';
import type { Route } from '../../context.ts';
import { findFolds } from '../../jobs/find-folds.ts';
import { presentCrossValidation } from '../../present/cross-validation.ts';
import { IdParams } from '../../schemas.ts';

/** Ignores a job that ended or was deleted in the meantime. */
async function cancelIfThere(store: TenantStore, id: string): Promise<void> {
  try {
    await store.jobs.requestCancel(id);
  } catch (error) {
    if (!(error instanceof Problem && ['conflict', 'not_found'].includes(error.code))) throw error;
  }
}

const route: Route = (app, { storeOf }) => {
  app.post(
    '/cross-validations/:id/cancel',
    {
      schema: {
        operationId: 'cancelCrossValidation',
        tags: ['cross-validations'],
        summary: 'Cancel all jobs of a cross-validation that have not ended',
        params: IdParams,
        response: { 200: CrossValidation },
      },
    },
    async (request) => {
      const store = storeOf(request);
      const { id } = request.params;
      const jobs = await findFolds(store, id);
      const { status } = presentCrossValidation(id, jobs);
      if (status === 'succeeded' || status === 'failed')
        throw new Problem('conflict', `${id} has already ended: it is ${status}`);
      // In reverse order: otherwise a worker freed by one cancellation could start a job that is about to be cancelled.
      for (const job of jobs.toReversed()) {
        if (!isTerminal(job.status)) await cancelIfThere(store, job.id);
      }
      return presentCrossValidation(id, await findFolds(store, id));
    },
  );
};
export default route;
