// Preprocessing of single columns of a table: preprocess.columns.

import { z } from 'zod';

export const Scale = z.enum(['standardize', 'min_max', 'robust', 'log', 'quantile', 'bytes', 'none']);
export type Scale = z.infer<typeof Scale>;
export const Encode = z.enum(['one_hot', 'ordinal', 'hash']);
export type Encode = z.infer<typeof Encode>;

const count = z.int({ error: 'must be a whole number' }).min(1, { error: 'must be at least 1' });
const finite = z.number({ error: 'must be a number' });

const share = { error: 'must be a fraction of the rows above 0 and below 0.5, or [lowest, highest]' };

/** For numbers, booleans, ordinals and datetimes. */
export const NumberPreprocess = z.strictObject({
  scale: Scale.describe(
    'standardize: (x − mean) / std; min_max: (x − min) / (max − min); robust: (x − median) / (q75 − q25); log: sign(x) · log(1 + |x|), standardized; quantile: the fraction of the training rows below x; bytes: x / 255. For datetimes, the year is scaled',
  ),
  clip: z
    .union([z.number(share).gt(0, share).lt(0.5, share), z.tuple([finite, finite])])
    .nullable()
    .default(null)
    .describe(
      'Clipping before scaling: to [lowest, highest], or to the quantiles at this fraction of the training rows from each end',
    ),
  missing: z
    .union([z.enum(['mean', 'median', 'most_frequent']), finite], {
      error: 'must be mean, median, most_frequent or a number',
    })
    .default('mean')
    .describe('Replacement for empty cells: a statistic of the training rows, or a number'),
  indicator: z
    .boolean({ error: 'must be true or false' })
    .default(false)
    .describe('Adds an input: 1 if the cell is empty, else 0'),
});
export type NumberPreprocess = z.infer<typeof NumberPreprocess>;

export const CategoryPreprocess = z.strictObject({
  encode: Encode.default('one_hot').describe(
    'one_hot: one input per category; ordinal: one input, the index in the sorted categories; hash: one input per bucket, one of them 1',
  ),
  max_categories: count
    .nullable()
    .default(null)
    .describe(
      'one_hot: inputs for this many categories, the most frequent in the training rows, and one for all others',
    ),
  min_count: count
    .default(1)
    .describe('one_hot: categories with fewer training rows share the input for all others'),
  buckets: count.max(10_000).default(32).describe('hash: number of inputs'),
  unknown: z
    .enum(['refuse', 'other'])
    .default('refuse')
    .describe(
      'A category not in the dataset: rejected, or treated as one of the others; hash always accepts it',
    ),
  missing: z
    .enum(['category', 'most_frequent'])
    .default('category')
    .describe('Empty cells become a category of their own, or the most frequent one in the training rows'),
});
export type CategoryPreprocess = z.infer<typeof CategoryPreprocess>;

/** With every default filled in. */
export const RenderedColumn = z.union([NumberPreprocess, CategoryPreprocess]);
export type RenderedColumn = z.infer<typeof RenderedColumn>;

/** By column: just a scale or an encoding, or an object with any of the settings. */
export const ColumnsPreprocess = z.record(
  z.string(),
  z.union([Scale, Encode, NumberPreprocess.partial(), CategoryPreprocess.partial()]),
);
