// All warnings that a job may get before it runs. To add one: its file, and its line here. Those that can only be given during training are
// in watch.ts.

import type { Warning } from '#contracts/warnings.ts';
import type { Model } from '../model/model.ts';
import { bceWithoutSigmoid } from './bce-without-sigmoid.ts';
import { channelsLast } from './channels-last.ts';
import { labelsFromOne } from './labels-from-one.ts';
import { moreOutputs } from './more-outputs.ts';
import { nllWithoutLogSoftmax } from './nll-without-log-softmax.ts';
import { oneClass } from './one-class.ts';
import { sigmoidBeforeLogits } from './sigmoid-before-logits.ts';
import { softmaxBeforeCrossEntropy } from './softmax-before-cross-entropy.ts';
import { targetScale } from './target-scale.ts';
import type { Considered } from './warning.ts';

/** Warnings that depend on the model alone. */
const OF_MODELS = [channelsLast];

const OF_JOBS = [
  ...OF_MODELS,
  softmaxBeforeCrossEntropy,
  sigmoidBeforeLogits,
  bceWithoutSigmoid,
  nllWithoutLogSoftmax,
  targetScale,
  oneClass,
  labelsFromOne,
  moreOutputs,
];

export const CODES: readonly string[] = OF_JOBS.map(({ code }) => code);

export function warningsOfModel(model: Model): Warning[] {
  return OF_MODELS.flatMap(({ code, look }) => {
    const found = look({ model });
    return found === null ? [] : [{ code, ...found }];
  });
}

/** Includes the warnings of its dataset. */
export function warningsOfJob(job: Considered): Warning[] {
  const own = OF_JOBS.flatMap(({ code, look }) => {
    const found = look(job);
    return found === null ? [] : [{ code, ...found }];
  });
  return [...own, ...(job.info.warnings ?? [])];
}
