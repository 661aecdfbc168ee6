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

/** Size of a window, unless a single batch is larger. */
const WINDOW_BYTES = 16 * 2 ** 20;
/** Windows per epoch, at least, if rows are regenerated for each epoch: training waits for the first one. */
const WINDOWS = 8;
/** Data up to this size are held even if the network takes much memory. */
const FEW_BYTES = 4 * WINDOW_BYTES;

/**
 * @param dataBytes the most data that a program may hold
 * @returns how many rows to hold, and the memory estimate with them
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
