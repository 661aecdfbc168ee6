// What a whole dataset looks like, column by column: GET /datasets/{id}/stats.

import { z } from 'zod';
import { Cell, ColumnType } from './dataset.ts';
import { Warning } from './warnings.ts';

const Count = z.number().int();

/** Equal-width bins; of whole numbers each bin holds as many of them as the others. */
export const Histogram = z.object({
  edges: z.array(z.number()).describe('One more than there are bins'),
  counts: z
    .array(Count)
    .describe('Values of each bin, lower edge included, upper one excluded; the last has both'),
});
export type Histogram = z.infer<typeof Histogram>;

const Moments = {
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
  std: z.number().nullable().describe('The population standard deviation, as StandardScaler takes it'),
  histogram: Histogram.nullable(),
};

export const ColumnStats = z.object({
  name: z.string().nullable().describe('Null for a target without a name'),
  type: ColumnType,
  missing: Count.describe('Rows that hold no value'),
  distinct: Count.nullable().describe('Different values; null where the column was left out of the dataset'),
  ...Moments,
  quartiles: z
    .array(z.number())
    .nullable()
    .describe('Three numbers: 25 %, the median and 75 %, interpolated linearly as numpy.percentile does'),
  frequent: z
    .array(z.object({ value: z.union([z.string(), z.number()]), count: Count }))
    .describe('The most frequent values, at most 20; none where every value occurs once'),
});
export type ColumnStats = z.infer<typeof ColumnStats>;

/** Over all numbers of arrays, and bounded figures of each one. */
export const ArrayStats = z.object({
  shape: z.array(Count).describe('Of one sample'),
  ...Moments,
  zeros: z.number().describe('Share of the numbers that are 0'),
  each: z
    .object({
      min: z.array(z.number()),
      max: z.array(z.number()),
      mean: z.array(z.number()),
      std: z.array(z.number()),
    })
    .nullable()
    .describe('Of each number of a sample, row-major in its shape; null where a sample has more than 4,096'),
});
export type ArrayStats = z.infer<typeof ArrayStats>;

export const DatasetStats = z.object({
  object: z.literal('dataset.stats'),
  dataset_id: z.string(),
  samples: Count,
  columns: z
    .array(ColumnStats)
    .describe('The features, at most 500; of arrays the inputs, where a sample is a list of at most 50'),
  columns_omitted: Count.describe('Features beyond those'),
  target: ColumnStats.nullable().describe('Null where a target is more than one number'),
  inputs: ArrayStats.nullable().describe('Null for tables with named columns'),
  targets: ArrayStats.nullable().describe('Null where a target is one value'),
  examples: z
    .object({ columns: z.array(z.string()), rows: z.array(z.array(Cell)) })
    .describe('A few rows as they were given'),
  warnings: z.array(Warning).describe('What is not wrong, and yet worth a look before training'),
});
export type DatasetStats = z.infer<typeof DatasetStats>;
