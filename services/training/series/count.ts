// Counts the windows of a series when its job is validated: the network's input shape, and how many there are.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import type { RenderedTraining } from '#contracts/training/training.ts';
import { checkSame, type Held, type JobInfo } from '../data/rows/join.ts';
import { PARTS } from '../job/held-out.ts';
import type { Recipe } from '../model/recipe.ts';
import { type AskedSeries, planOfSeries, tooManyNumbers, windowInfo } from './asked.ts';
import type { WindowsAsked, WindowsFound } from './found.ts';

/** Scans the rows of a series; null if there are none to scan. */
export type FindWindows = (asked: WindowsAsked) => Promise<WindowsFound | null>;

/** The dataset of a series as the network sees it. */
export function windowsIn(
  found: DatasetInfo,
  asked: AskedSeries,
  windows: WindowsFound | null = null,
): JobInfo {
  const counts = windows?.counts ?? { train: 0, validation: 0, test: 0 };
  return windowInfo(found, asked.series, planOfSeries(asked), counts);
}

/** Counts the windows of a series; rows are not scanned if the job is already refused. */
export async function countWindows(
  asked: AskedSeries,
  found: DatasetInfo,
  held: Held<DatasetInfo>,
  { recipe, heldOut, dataset }: { recipe: Recipe; heldOut: RenderedTraining; dataset: unknown },
  find: FindWindows,
): Promise<WindowsFound> {
  const details: Detail[] = [];
  const nothing = { counts: { train: 0, validation: 0, test: 0 }, warnings: [] };
  if (recipe.loss.definition.task !== 'numbers') {
    const message = `a forecast consists of numbers, but ${recipe.loss.definition.type} does not compare numbers: use MSELoss, L1Loss, SmoothL1Loss or HuberLoss`;
    details.push({ param: 'training.loss', code: 'does_not_fit', message });
  }
  for (const part of PARTS) {
    const other = held[part];
    if (other !== undefined) details.push(...checkSame(found, other, `training.${part}.dataset`));
  }
  if (details.length > 0 || typeof dataset !== 'string') return { ...nothing, details };
  const { series } = asked;
  const windows = await find({ dataset, series, training: heldOut });
  if (windows === null) return { ...nothing, details };
  const tooMany = tooManyNumbers(windowsIn(found, asked, windows), series.stride);
  return tooMany === null ? windows : { ...windows, details: [...windows.details, tooMany] };
}
