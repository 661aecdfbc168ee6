// Statistics of a whole dataset, column by column: GET /datasets/{id}/stats.

import { z } from 'zod';
import { Warning } from '../warnings.ts';
import { Cell, ColumnType } from './dataset.ts';

const Count = z.number().int();

/** Equal-width bins; for integers, every bin covers equally many of them. */
export const Histogram = z.object({
  edges: z.array(z.number()).describe('Bin edges, one more than there are bins'),
  counts: z
    .array(Count)
    .describe('Values per bin, including the lower edge and excluding the upper; the last includes both'),
});
export type Histogram = z.infer<typeof Histogram>;

const Moments = {
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
  std: z.number().nullable().describe('Population standard deviation, as in StandardScaler'),
  histogram: Histogram.nullable(),
};

export const ColumnStats = z.object({
  name: z.string().nullable().describe('Null if the target has no name'),
  type: ColumnType,
  missing: Count.describe('Rows without a value'),
  distinct: Count.nullable().describe('Distinct values; null if the column was left out of the dataset'),
  ...Moments,
  quartiles: z
    .array(z.number())
    .nullable()
    .describe('Three numbers: 25 %, the median and 75 %, interpolated linearly as numpy.percentile does'),
  frequent: z
    .array(z.object({ value: z.union([z.string(), z.number()]), count: Count }))
    .describe('The most frequent values, at most 20; empty if every value occurs once'),
});
export type ColumnStats = z.infer<typeof ColumnStats>;

/** Over all numbers of the arrays, and for each number of a sample if there are not too many. */
export const ArrayStats = z.object({
  shape: z.array(Count).describe('Shape of one sample'),
  ...Moments,
  zeros: z.number().describe('Fraction of numbers that are 0'),
  each: z
    .object({
      min: z.array(z.number()),
      max: z.array(z.number()),
      mean: z.array(z.number()),
      std: z.array(z.number()),
    })
    .nullable()
    .describe('For each number of a sample, row-major; null if a sample has more than 4,096'),
});
export type ArrayStats = z.infer<typeof ArrayStats>;

export const DatasetStats = z.object({
  object: z.literal('dataset.stats'),
  dataset_id: z.string(),
  samples: Count,
  columns: z
    .array(ColumnStats)
    .describe('The features, at most 500; for arrays the inputs, if a sample is a list of at most 50'),
  columns_omitted: Count.describe('Number of features not listed'),
  target: ColumnStats.nullable().describe('Null if a target is more than one number'),
  inputs: ArrayStats.nullable().describe('Null for tables with named columns'),
  targets: ArrayStats.nullable().describe('Null if a target is one value'),
  examples: z
    .object({ columns: z.array(z.string()), rows: z.array(z.array(Cell)) })
    .describe('A few rows as uploaded'),
  warnings: z.array(Warning).describe('Warnings to check before training'),
});
export type DatasetStats = z.infer<typeof DatasetStats>;
