// The body of a job's request, checked whole: here, or by another process where it is large.

import { type Detail, type ErrorCode, problemOf } from '#contracts/errors.ts';
import type { TenantStore } from '#store/store.ts';
import { validateJob } from '#training/validate.ts';
import { checkDevice } from './check-device.ts';
import type { Context } from './context.ts';
import { LargeJson } from './large-json.ts';
import { datasetFinder } from './lookup.ts';
import { weightsFinder } from './starting-weights.ts';
import { windowsFinder } from './windows-finder.ts';

/** The part of the request that is wrong, where it is one. */
function codeOf(details: readonly Detail[]): ErrorCode {
  const within = (part: string) => details.every(({ param }) => new RegExp(`^${part}\\b`).test(param));
  return within('model') ? 'invalid_model' : within('dataset') ? 'invalid_dataset' : 'invalid_request';
}

/**
 * @param out where the table of a large body goes
 * @throws Problem with everything that is wrong
 */
export async function checkJob(
  context: Context,
  store: TenantStore,
  body: unknown,
  out: () => Promise<string>,
) {
  const { service, parsing } = context;
  const findWindows = windowsFinder(context, store);
  const finders = {
    dataset: datasetFinder(store),
    weights: weightsFinder(store),
    windows: (asked: string) => findWindows(JSON.parse(asked)),
  };
  const { details, job } =
    body instanceof LargeJson
      ? await parsing.run('job', { body: body.path, out: await out() }, { finders })
      : await validateJob(body, finders.dataset, finders.weights, findWindows);
  if (job === null) throw problemOf(codeOf(details), details);
  await checkDevice(job.spec, job.info, service.workers);
  return job;
}
