// Validates the whole body of a job: here, or in another process if it is large.

import { type Detail, type ErrorCode, problemOf } from '#contracts/errors.ts';
import type { TenantStore } from '#store/store.ts';
import { type ValidFolds, validateFolds } from '#training/cross-validation.ts';
import { type ValidJob, validateJob } from '#training/job/validate.ts';
import type { Context } from '../context.ts';
import { datasetFinder } from '../lookup.ts';
import type { ParsedFolds, ParsedJob } from '../offload/protocol.ts';
import { LargeJson } from '../uploads/large-json.ts';
import { checkDevice } from './check-device.ts';
import { weightsFinder } from './starting-weights.ts';
import { windowsFinder } from './windows-finder.ts';

/** The part of the request at fault, if it is a single one. */
function codeOf(details: readonly Detail[]): ErrorCode {
  const within = (part: string) => details.every(({ param }) => new RegExp(`^${part}\\b`).test(param));
  return within('model') ? 'invalid_model' : within('dataset') ? 'invalid_dataset' : 'invalid_request';
}

function findersOf(context: Context, store: TenantStore) {
  const findWindows = windowsFinder(context, store);
  return {
    dataset: datasetFinder(store),
    weights: weightsFinder(store),
    windows: (asked: string) => findWindows(JSON.parse(asked)),
    findWindows,
  };
}

/** @throws Problem listing every error */
async function accepted<J extends Pick<ValidJob, 'spec' | 'info'>>(
  { service }: Context,
  { details, job }: { details: Detail[]; job: J | null },
): Promise<J> {
  if (job === null) throw problemOf(codeOf(details), details);
  await checkDevice(job.spec, job.info, service.workers);
  return job;
}

/**
 * @param out where to write the table of a large body
 * @throws Problem listing every error
 */
export async function checkJob(
  context: Context,
  store: TenantStore,
  body: unknown,
  out: () => Promise<string>,
) {
  const { findWindows, ...finders } = findersOf(context, store);
  const verdict =
    body instanceof LargeJson
      ? await context.parsing.run('job', { body: body.path, out: await out() }, { finders })
      : await validateJob(body, finders.dataset, finders.weights, findWindows);
  return accepted<ValidJob | ParsedJob>(context, verdict);
}

/** Likewise, for the body of a cross-validation. */
export async function checkFolds(
  context: Context,
  store: TenantStore,
  body: unknown,
  out: () => Promise<string>,
) {
  const { findWindows, ...finders } = findersOf(context, store);
  const verdict =
    body instanceof LargeJson
      ? await context.parsing.run('folds', { body: body.path, out: await out() }, { finders })
      : await validateFolds(body, finders.dataset, finders.weights, findWindows);
  return accepted<ValidFolds | ParsedFolds>(context, verdict);
}
