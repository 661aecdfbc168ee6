// The held-out samples of a request, with defaults filled in, and what of that depends on the dataset and the loss.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import type { HeldOut, RenderedHeldOut } from '#contracts/training/held-out.ts';
import type { RenderedTraining } from '#contracts/training/training.ts';
import type { JobInfo } from '../data/rows/join.ts';
import type { Loss } from '../losses/loss.ts';

/** The training settings that decide which samples are held out. */
export type Holding = Pick<RenderedTraining, 'validation_split' | 'validation' | 'test' | 'shuffle'>;

export const PARTS = ['validation', 'test'] as const;
export type Part = (typeof PARTS)[number];

/** count · fraction, rounded down. */
export function shareOf(count: number, fraction: number): number {
  // 0.29 · 100 is 28.999999999999996 in doubles, but means 29.
  return Math.floor(count * fraction + 1e-9);
}

/** One of the two parts; null if it is invalid. */
export function readHeldOut(given: HeldOut, path: string, details: Detail[]): RenderedHeldOut | null {
  const refuse = (key: string, message: string) => {
    details.push({ param: `${path}.${key}`, code: 'does_not_fit', message });
    return null;
  };
  const besides = (said: string, keys: readonly (keyof HeldOut)[]) =>
    keys
      .filter((key) => given[key] !== undefined)
      .map((key) => refuse(key, `cannot be combined with ${said}`));
  const { fraction, column, dataset } = given;
  if (dataset !== undefined) {
    const wrong = besides('a separate dataset', ['fraction', 'by', 'column', 'stratify', 'fold', 'folds']);
    return wrong.length > 0 ? null : { dataset };
  }
  const isFold = given.fold !== undefined || given.folds !== undefined;
  const by = given.by ?? (isFold ? 'fold' : column === undefined ? 'random' : 'column');
  if (by === 'column') {
    const wrong = besides('a column', ['fraction', 'stratify', 'fold', 'folds']);
    return wrong.length > 0 ? null : { by, column: column ?? null };
  }
  if (by === 'fold')
    return readFold(given, path, refuse, besides('a fold', ['fraction', 'column']).length > 0);
  if (isFold) return refuse('folds', `cannot be combined with "by": "${by}"`);
  if (column !== undefined) return refuse('column', `cannot be combined with "by": "${by}"`);
  if (fraction === undefined) {
    const message = `how many? {"fraction": 0.2}, {"by": "column"} or {"dataset": "ds_…"}`;
    details.push({ param: path, code: 'missing', message });
    return null;
  }
  if (by === 'last' && given.stratify === true) {
    return refuse('stratify', 'the last samples cannot be stratified; use "by": "random"');
  }
  return { fraction, by, stratify: by === 'last' ? false : (given.stratify ?? 'auto') };
}

function readFold(
  { fold, folds, stratify }: HeldOut,
  path: string,
  refuse: (key: string, message: string) => null,
  wrong: boolean,
): RenderedHeldOut | null {
  if (path.endsWith('test'))
    return refuse('folds', 'folds apply to validation only: the test samples are the same in all folds');
  if (folds === undefined) return refuse('folds', 'how many are there? {"fold": 1, "folds": 5}');
  if (fold === undefined) return refuse('fold', `which one of the ${folds} is held out?`);
  if (fold > folds) return refuse('fold', `there are ${folds} folds, the last one is ${folds}`);
  return wrong ? null : { by: 'fold', fold, folds, stratify: stratify ?? 'auto' };
}

/** Both parts; `validation_split` is shorthand for a validation part. */
export function partsOf({ validation_split: share, validation = null, test = null, shuffle }: Holding) {
  const short: RenderedHeldOut | null =
    share > 0 ? { fraction: share, by: shuffle ? 'random' : 'last', stratify: false } : null;
  return { validation: validation ?? short, test };
}

/** The training with its split resolved: stratification decided, columns named, the split column's other part held out too. */
export function resolveHeldOut(
  training: RenderedTraining,
  info: JobInfo,
  loss: Loss,
  details: Detail[],
): RenderedTraining {
  const { split = null } = info;
  const resolved = { validation: training.validation, test: training.test };
  for (const part of PARTS) {
    const part_ = resolved[part];
    if (part_ === null || 'dataset' in part_) continue;
    if (part_.by === 'fold' && info.text !== undefined) {
      const message = 'a text has no folds; hold out its end with {"fraction": 0.1}';
      details.push({ param: `training.${part}.folds`, code: 'does_not_fit', message });
    } else if (part_.by !== 'column' && part_.by !== 'fold' && info.parts !== undefined) {
      resolved[part] = { ...part_, by: 'last', stratify: false };
    } else if (part_.by === 'column') resolved[part] = column(part, part_.column, split, details);
    else resolved[part] = { ...part_, stratify: strata(part, part_.stratify, info, loss, details) };
  }
  // Rows marked as held out must never be trained on.
  if (split !== null) {
    const own = { by: 'column' as const, column: split.column };
    if (split.validation > 0 && training.validation_split === 0) resolved.validation ??= own;
    if (split.test > 0) resolved.test ??= own;
  }
  return { ...training, ...resolved };
}

function column(
  part: Part,
  name: string | null,
  split: DatasetInfo['split'] | null,
  details: Detail[],
): RenderedHeldOut {
  const refuse = (key: string, message: string) =>
    details.push({ param: `training.${part}.${key}`, code: 'does_not_fit', message });
  if (split === null || split === undefined) {
    refuse('by', 'the dataset has no split column; name one at upload with -F split=NAME');
  } else if (name !== null && name !== split.column) {
    refuse('column', `the split column of the dataset is "${split.column}"`);
  } else if (split[part] === 0) {
    refuse('by', `the column "${split.column}" marks no sample for ${part}`);
  }
  return { by: 'column', column: split?.column ?? name };
}

function strata(
  part: Part,
  asked: boolean | 'auto',
  { target }: DatasetInfo,
  { task }: Loss,
  details: Detail[],
): boolean {
  if (asked === false) return false;
  const single = target.shape.every((size) => size === 1);
  const possible = single && target.integral && (task === 'classes' || task === 'binary');
  if (asked === true && !possible) {
    const message = 'needs one class per sample, as a whole number or a label; use false or "auto"';
    details.push({ param: `training.${part}.stratify`, code: 'does_not_fit', message });
  }
  return possible;
}
