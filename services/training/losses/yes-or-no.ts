// Shared by binary losses: a probability for each number of the output, with targets from 0 to 1.

import { z } from 'zod';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { LIMITS } from '#contracts/limits.ts';
import { FLOAT32_MAX } from '../data/formats/flatten.ts';
import { formatShape, type Shape } from '../model/shape.ts';
import type { RefuseFit } from './loss.ts';
import { fitsNumberByNumber } from './number-targets.ts';

/** One number for each element of the output's last dimension (as torch broadcasts it), or a single one for all. */
export const perPlace = (what: string) =>
  z
    .array(z.number().min(0).max(FLOAT32_MAX))
    .min(1)
    .max(LIMITS.classes)
    .nullable()
    .default(null)
    .describe(`${what}: one number per element of the output's last dimension, or one for all`);

export function fitsYesOrNo(
  type: string,
  output: Shape,
  target: DatasetInfo['target'],
  refuse: RefuseFit,
  lists: Readonly<Record<string, readonly number[] | null>>,
): void {
  fitsNumberByNumber(type, output, target, refuse);
  for (const [name, list] of Object.entries(lists)) {
    if (list === null || list.length === 1 || list.length === output.at(-1)) continue;
    const places = `the output ${formatShape(output)} has ${output.at(-1)} elements`;
    refuse('loss', `${name} has ${list.length} numbers, but ${places}`);
  }
  if (target.labels !== null && target.labels.length > 2) {
    refuse('targets', `${type} distinguishes two classes, but the targets have ${target.labels.length}`);
  }
  const wanted = `${type} takes targets from 0 to 1`;
  if (target.min !== null && target.min < 0) {
    refuse('targets', `${wanted}, but there is a target ${target.min}`, target.min_row);
  }
  if (target.labels === null && target.max !== null && target.max > 1) {
    refuse('targets', `${wanted}, but there is a target ${target.max}`, target.max_row);
  }
}
