// Statistics of a whole dataset, from its stored table.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { DatasetStats } from '#contracts/datasets/dataset-stats.ts';
import type { Warning } from '#contracts/warnings.ts';
import { sizeOf } from '../../model/shape.ts';
import type { StoredTable, TablePreview } from '../table.ts';
import { arrayStats } from './arrays.ts';
import { featureColumns, featureNames, targetColumn } from './columns.ts';
import { sortedOf, summaryOf } from './summary.ts';
import { columnWarnings, targetWarnings } from './warnings.ts';

/** Cached statistics of another version are recomputed. */
export const STATS_VERSION = 1;

export type TableStats = Omit<DatasetStats, 'object' | 'dataset_id' | 'examples'>;

const MOST_COLUMNS = 500;
const MOST_WARNINGS = 100;

export function tableStats(table: StoredTable): TableStats {
  const { info, inputs, targets } = table;
  const target = targetColumn(table);
  const warnings: Warning[] = [...(info.warnings ?? [])];
  const columns = [];
  for (const column of featureColumns(table, MOST_COLUMNS)) {
    const sorted = column.values === null ? new Float64Array(0) : sortedOf(column.values);
    columns.push(summaryOf(column, sorted));
    warnings.push(...columnWarnings(column, sorted, target));
  }
  if (target !== null) warnings.push(...targetWarnings(target));
  return {
    samples: info.samples,
    columns,
    columns_omitted: Math.max(0, featureNames(info).length - MOST_COLUMNS),
    target: target && summaryOf(target, sortedOf(target.values!)),
    inputs: info.features === null ? arrayStats(inputs, info.input_shape) : null,
    targets: target === null && sizeOf(info.target.shape) > 0 ? arrayStats(targets, info.target.shape) : null,
    warnings: warnings.slice(0, MOST_WARNINGS),
  };
}

const EXAMPLE_ROWS = 5;
const EXAMPLE_NUMBERS = 5_000;

/** Size of one preview row: an image is shown as a single text. */
export function previewWidth({ images, input_shape }: DatasetInfo): number {
  return images === undefined ? sizeOf(input_shape) : 1;
}

/** The first rows; fewer if a row holds very many numbers. */
export function examplesOf({ columns, rows }: TablePreview, sample: number): DatasetStats['examples'] {
  const most = Math.min(EXAMPLE_ROWS, Math.floor(EXAMPLE_NUMBERS / Math.max(1, sample)));
  return { columns: [...columns], rows: rows.slice(0, most) };
}
