// GET /cross-validations/{id}, at once or when all of its jobs are over.

import { CrossValidation } from '#contracts/jobs/cross-validation.ts';
import { isTerminal } from '#contracts/jobs/job.ts';
import type { Route } from '../../context.ts';
import { findFolds } from '../../jobs/find-folds.ts';
import { untilTerminal } from '../../jobs/until-terminal.ts';
import { presentCrossValidation } from '../../present/cross-validation.ts';
import { IdParams, WaitQuery } from '../../schemas.ts';

const route: Route = (app, { storeOf, closing }) => {
  app.get(
    '/cross-validations/:id',
    {
      schema: {
        operationId: 'getCrossValidation',
        tags: ['cross-validations'],
        summary: 'One cross-validation',
        params: IdParams,
        querystring: WaitQuery,
        response: { 200: CrossValidation },
      },
    },
    async (request, reply) => {
      const store = storeOf(request);
      const { id } = request.params;
      const deadline = Date.now() + (request.query.wait ?? 0) * 1000;
      const gone = new AbortController();
      reply.raw.on('close', () => gone.abort());
      const stop = AbortSignal.any([gone.signal, closing]);
      for (;;) {
        const jobs = await findFolds(store, id);
        const unfinished = jobs.filter(({ status }) => !isTerminal(status));
        const isOver = unfinished.length === 0 || stop.aborted || Date.now() >= deadline;
        if (isOver) return presentCrossValidation(id, jobs);
        // All must end, so waiting for them one by one takes no longer than waiting for all at once.
        for (const job of unfinished) await untilTerminal(store, job.id, deadline, stop);
      }
    },
  );
};
export default route;
