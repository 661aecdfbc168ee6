// Whether a job learns from text, and in which way; null if it does not.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { RenderedTraining } from '#contracts/training/training.ts';
import { readColumnJob, textColumnOf } from './column-job.ts';
import { type LanguageJob, readLanguageJob } from './language-job.ts';

export type TextJob = LanguageJob;

export function readTextJob(
  info: DatasetInfo,
  { preprocess, model }: Readonly<Record<string, unknown>>,
  training: RenderedTraining | null,
): TextJob | null {
  const { text } = info;
  if (text !== undefined) return readLanguageJob({ ...info, text }, preprocess, model, training);
  const column = textColumnOf(info);
  return column === null ? null : readColumnJob(info, column, preprocess);
}
