// A warning: something valid but probably unintended. Each is a file of this form and a line in index.ts, and depends only on what is
// known before the job runs.

import type { RenderedPreprocess } from '#contracts/training/training.ts';
import type { Warning } from '#contracts/warnings.ts';
import type { JobInfo } from '../data/rows/join.ts';
import type { Model } from '../model/model.ts';
import type { Recipe } from '../model/recipe.ts';

export interface Considered {
  readonly model: Model;
  readonly training: Recipe;
  readonly preprocess: RenderedPreprocess;
  readonly info: JobInfo;
}

export interface Consideration {
  readonly code: string;
  /** The message and the part of the request that it concerns; null if there is nothing to warn about. */
  look(job: Considered): Omit<Warning, 'code'> | null;
}

/** The last layer that changes values (rather than only moving or dropping them), and its index. */
export function lastLayer({ layers }: Model): { type: string; at: number } {
  let at = layers.length - 1;
  while (at > 0 && MOVES.has(layers[at]!.layer.type)) at--;
  return { type: layers[at]!.layer.type, at };
}

const MOVES: ReadonlySet<string> = new Set(['Flatten', 'Unflatten', 'Permute', 'Dropout', 'Dropout2d']);

/** The number of classes that the loss chooses among; null if it is not a classification loss. */
export function classesOf({ model, training }: Pick<Considered, 'model' | 'training'>): number | null {
  return training.loss.definition.task === 'classes' ? model.output[0]! : null;
}

/** The number of classes in the targets, as far as the dataset tells; null if they are not classes. */
export function classesIn({ target }: JobInfo): number | null {
  if (target.labels !== null) return target.labels.length;
  return target.integral && target.max !== null ? target.max + 1 : null;
}
