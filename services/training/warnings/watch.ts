// Warnings that can only be given during training, from its rows and its losses. They do not affect the run.

import type { Warning } from '#contracts/warnings.ts';
import type { TableRows } from '../data/rows/job-table.ts';
import { blocksOf } from '../data/rows/rows.ts';
import type { CompiledJob } from '../job/compile.ts';

const MOST_SHOWN = 10;

/** Classes of the dataset without any training row. */
export function unseenClasses(
  { split, recipe }: Pick<CompiledJob, 'split' | 'recipe'>,
  { info, targets }: Pick<TableRows, 'info' | 'targets'>,
): Warning | null {
  const { task } = recipe.loss.definition;
  const { labels, integral, shape } = info.target;
  if ((task !== 'classes' && task !== 'binary') || shape.length > 0 || (labels === null && !integral))
    return null;
  const seen = new Set<number>();
  for (const block of blocksOf(targets, split.train)) for (const target of block) seen.add(target);
  const all = new Set<number>(labels?.keys());
  if (labels === null) for (const block of blocksOf(targets)) for (const target of block) all.add(target);
  const unseen = [...all].filter((value) => !seen.has(value)).sort((a, b) => a - b);
  if (unseen.length === 0) return null;
  const shown = unseen.slice(0, MOST_SHOWN).map((value) => (labels === null ? value : `"${labels[value]}"`));
  const more = unseen.length > MOST_SHOWN ? ` and ${unseen.length - MOST_SHOWN} more` : '';
  const one = unseen.length === 1;
  const message = `no training row belongs to the ${one ? 'class' : 'classes'} ${shown.join(', ')}${more}: the model cannot learn ${one ? 'it' : 'them'}. A stratified validation keeps the proportions of the classes`;
  return { code: 'unseen_class', param: 'training.validation', message };
}

/** Epochs without an improvement of val_loss that are too many to be noise. */
const PATIENCE = 10;
/** val_loss must also exceed its best by this factor. */
const WORSE = 1.05;

/** Looks at every epoch's losses, and warns once if validation loss rises while training loss falls. */
export class OverfitWatch {
  #best: { epoch: number; train: number; val: number } | null = null;
  #told = false;

  look(
    epoch: number,
    { train_loss: train, val_loss: val }: Readonly<Record<string, number>>,
  ): Warning | null {
    if (this.#told || train === undefined || val === undefined) return null;
    if (this.#best === null || val < this.#best.val) {
      this.#best = { epoch, train, val };
      return null;
    }
    const best = this.#best;
    // A loss may be negative, so the margin is relative to the best value's magnitude.
    const limit = best.val + (WORSE - 1) * Math.abs(best.val);
    if (epoch - best.epoch < PATIENCE || val <= limit || train >= best.train) return null;
    this.#told = true;
    const message = `val_loss was best after epoch ${best.epoch} (${best.val.toPrecision(4)}) and has risen to ${val.toPrecision(4)} by epoch ${epoch}, while train_loss fell: the model is memorizing its training rows. "early_stopping" keeps the best epoch's weights; more data, Dropout or weight_decay reduce this`;
    return { code: 'overfitting', param: 'training.epochs', message };
  }
}
