// How many rows of its data a program holds at once: all of them if they fit, otherwise a window (feed/window.ts). The API plans a job's
// memory by the same rule as its trainer.

import { LIMITS } from '#contracts/limits.ts';
import type { RenderedPreprocess } from '#contracts/training/training.ts';
import { isAugmented } from '../augment/augmenter.ts';
import type { JobInfo } from '../data/rows/join.ts';
import { bytesOf } from '../inputs.ts';
import type { Model } from '../model/model.ts';
import type { Recipe } from '../model/recipe.ts';
import { estimateMemory, type MemoryEstimate, rowBytesOf, totalOf } from './plan.ts';

/** Of a window; a single batch may be more. */
const WINDOW_BYTES = 16 * 2 ** 20;
/** Of rows that are made anew for each epoch: the first of an epoch is waited for. */
const WINDOWS = 8;
/** Data of so many bytes are held even where the network takes much memory. */
const FEW_BYTES = 4 * WINDOW_BYTES;

/**
 * @param dataBytes the most that a program may hold of its data
 * @returns how many rows, and what the job takes with them by a look at its layers
 */
export function heldRows(
  model: Model,
  info: JobInfo,
  { rendered, optimizer }: Pick<Recipe, 'rendered' | 'optimizer'>,
  preprocess: RenderedPreprocess | null,
  dataBytes: number,
): { rows: number; estimate: MemoryEstimate } {
  const { samples, target } = info;
  const inputBytes = preprocess !== null && bytesOf(info, preprocess) !== null ? 1 : 4;
  const gradient = rendered.accumulate_steps > 1 ? 1 : 0;
  const slots = optimizer.definition.slots(optimizer.args).length + gradient;
  const batch = rendered.batch_size;
  const rowBytes = rowBytesOf(model, target.shape, inputBytes);
  const estimateOf = (rows: number) => estimateMemory(model, rows, Math.min(batch, samples), rowBytes, slots);
  const whole = estimateOf(samples);
  const few = samples * rowBytes <= Math.min(dataBytes, FEW_BYTES);
  const isAnew = preprocess !== null && isAugmented(preprocess);
  if (!isAnew && (few || (whole.dataset <= dataBytes && totalOf(whole) <= LIMITS.arenaBytes)))
    return { rows: samples, estimate: whole };
  const most = Math.min(WINDOW_BYTES, dataBytes / 4, ...(isAnew ? [(samples * rowBytes) / WINDOWS] : []));
  const batches = Math.max(1, Math.floor(most / rowBytes / batch));
  const rows = Math.min(samples, batches * batch);
  return { rows, estimate: estimateOf(rows) };
}
