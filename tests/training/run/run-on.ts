// Whole runs of small jobs on one backend, with everything that they report.

import type { Backend } from '#engine/backends/backend.ts';
import { fit as train } from '#training/run/fit.ts';
import { type smallJob, watching } from '../job.ts';

export const runOn = (backend: Backend) => async (job: Awaited<ReturnType<typeof smallJob>>) => {
  const hooks = watching();
  const result = await train(job.spec, job.table, hooks, { backend });
  return { ...result, reports: hooks.reports, values: hooks.reports.map(({ values }) => values) };
};
