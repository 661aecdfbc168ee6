// What only a scan of all rows can tell of a series: the number of windows, and errors in its times. Requested when a job is validated,
// from a process that can read the table.

import type { Detail } from '#contracts/errors.ts';
import type { RenderedSeries } from '#contracts/training/series.ts';
import type { Warning } from '#contracts/warnings.ts';
import type { StoredTable } from '../data/table.ts';
import { type Holding, partsOf } from '../job/held-out.ts';
import type { SplitSizes } from '../job/plan.ts';
import { surveyOf } from './windows.ts';

export interface WindowsAsked {
  /** ID of the job's dataset. */
  readonly dataset: string;
  readonly series: RenderedSeries;
  readonly training: Holding;
}

export interface WindowsFound {
  readonly counts: SplitSizes;
  readonly details: readonly Detail[];
  readonly warnings: readonly Warning[];
}

/** IDs of the datasets held out as a whole. */
export function heldDatasets(training: Holding): { validation?: string; test?: string } {
  const { validation, test } = partsOf(training);
  return {
    ...(validation !== null && 'dataset' in validation && { validation: validation.dataset }),
    ...(test !== null && 'dataset' in test && { test: test.dataset }),
  };
}

/** @param table the job's own rows, followed by those of datasets held out as a whole */
export function findWindowsIn(table: StoredTable, { series, training }: WindowsAsked): WindowsFound {
  const { windows, details, warnings } = surveyOf(table, series, training);
  return { counts: windows.counts, details, warnings };
}
