// The request of a cross-validation: a job's request, validated with every fold that it will hold out.

import { z } from 'zod';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import { CrossValidationRequest } from '#contracts/jobs/cross-validation.ts';
import { detailsOf } from '#contracts/problems.ts';
import type { RenderedFold } from '#contracts/training/folds.ts';
import { TRAINING_KEYS } from './canonical/aliases.ts';
import { isObject } from './canonical/component.ts';
import { Interpretations } from './canonical/interpretations.ts';
import { withTextValues } from './canonical/text-values.ts';
import { canonicalTraining } from './canonical/training.ts';
import type { Find, WeightsFound } from './job/find.ts';
import { splitSizes } from './job/plan.ts';
import { type ValidJob, validateJob } from './job/validate.ts';
import type { FindWindows } from './series/count.ts';

/** What differs between the folds' jobs. */
export type ValidFold = Pick<ValidJob, 'totalSteps' | 'flops' | 'warnings'> & {
  readonly validation: RenderedFold;
};

/** The job of the first fold, and what differs in each fold, starting with the first. */
export type ValidFolds = ValidJob & { readonly folds: readonly ValidFold[] };

export type FoldsVerdict = { details: Detail[]; job: null } | { details: []; job: ValidFolds };

const Frame = z.object({ folds: CrossValidationRequest.shape.folds });

/** Refers to the request's inline dataset after it has been read. */
const INLINE = 'inline';

export async function validateFolds(
  body: unknown,
  findDataset: Find<DatasetInfo>,
  findWeights: Find<WeightsFound> = async () => null,
  findWindows: FindWindows = async () => null,
): Promise<FoldsVerdict> {
  if (!isObject(body)) return { details: (await validateJob(body, findDataset)).details, job: null };
  const interpretations = new Interpretations();
  const { folds: given, ...job } = body;
  const asked = withTextValues(Frame, { folds: given }, '', interpretations);
  const frame = Frame.safeParse(asked);
  const own = frame.success ? [] : detailsOf(frame.error, CrossValidationRequest, '', asked);
  const { training, details } = withoutHeldOut(job.training);
  own.push(...details);

  // If `folds` is invalid, the rest is still checked.
  const count = frame.data?.folds ?? 2;
  const check = (fold: number, dataset: unknown, find: Find<DatasetInfo>) => {
    const asked = { ...job, dataset, training: training && heldOut(training, fold, count) };
    return validateJob(asked, find, findWeights, findWindows);
  };
  const first = await check(1, job.dataset, findDataset);
  if (first.job === null || own.length > 0)
    return { details: [...own, ...inWords(first.details)], job: null };
  const valid = first.job;
  const { inline } = valid;
  const find = async (id: string) => (inline !== null && id === INLINE ? inline.info : findDataset(id));
  // Checks depend only on how many rows are held out, not on which: one fold is checked per distinct number.
  const checked = new Map([[samplesOf(valid, 1), foldOf(valid)]]);
  const folds: ValidFold[] = [];
  for (let fold = 1; fold <= count; fold++) {
    const samples = samplesOf(valid, fold);
    if (!checked.has(samples)) {
      const next = await check(fold, inline === null ? job.dataset : INLINE, find);
      // With one sample less, the last batch may be too small.
      if (next.job === null)
        return { details: inWords(next.details, `fold ${fold} of ${count}: `), job: null };
      checked.set(samples, foldOf(next.job));
    }
    folds.push({ ...checked.get(samples)!, validation: { ...validationOf(valid), fold } });
  }
  return {
    details: [],
    job: { ...valid, interpreted: [...interpretations.list, ...valid.interpreted], folds },
  };
}

const foldOf = ({ totalSteps, flops, warnings }: ValidJob) => ({ totalSteps, flops, warnings });

function validationOf({ spec }: ValidJob): RenderedFold {
  const { validation } = spec.training;
  if (validation === null || !('folds' in validation)) throw new Error('no fold is held out');
  return validation;
}

/** The number of samples that a fold holds out. */
function samplesOf(job: ValidJob, fold: number): number {
  const training = { ...job.spec.training, validation: { ...validationOf(job), fold } };
  return splitSizes(job.info, training).validation;
}

/** The training without its held-out settings, except for `stratify`, and errors for those that conflict with cross-validation. */
function withoutHeldOut(given: unknown): { training: unknown; details: Detail[] } {
  if (!isObject(given)) return { training: given, details: [] };
  const interpretations = new Interpretations();
  const read = canonicalTraining(given, 'training', interpretations) as Record<string, unknown>;
  const refuse = (key: string): Detail => ({
    param: `training.${key}`,
    code: 'does_not_fit',
    message: 'does not apply to a cross-validation: its folds are what is held out',
  });
  const details: Detail[] = [];
  const { validation_split = 0, validation = null } = read;
  if (validation_split !== 0) details.push(refuse('validation_split'));
  const rest = Object.entries(given).filter(
    ([key]) => !['validation', 'validation_split'].includes(TRAINING_KEYS[key] ?? key),
  );
  const kept: Record<string, unknown> = {};
  if (isObject(validation)) {
    for (const [key, value] of Object.entries(validation)) {
      if (HOLDING.includes(key)) details.push(refuse(`validation.${key}`));
      else kept[key] = value;
    }
  } else if (validation !== null) details.push(refuse('validation'));
  return {
    training: { ...Object.fromEntries(rest), validation: kept },
    details: interpretations.asWritten(details),
  };
}

const HOLDING: readonly string[] = ['fraction', 'by', 'column', 'dataset', 'fold', 'folds'];

function heldOut(training: unknown, fold: number, folds: number): unknown {
  if (!isObject(training) || !isObject(training.validation)) return training;
  return { ...training, validation: { ...training.validation, fold, folds } };
}

/** Errors about the folds filled in here are reported under the request's own `folds`. */
function inWords(details: readonly Detail[], which = ''): Detail[] {
  return details.map((detail) => ({
    ...detail,
    param: /^training\.validation\.folds?$/.test(detail.param) ? 'folds' : detail.param,
    message: which + detail.message,
  }));
}
