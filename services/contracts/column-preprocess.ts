// What a job does to single columns of a table: preprocess.columns.

import { z } from 'zod';

export const Scale = z.enum(['standardize', 'min_max', 'robust', 'log', 'quantile', 'bytes', 'none']);
export type Scale = z.infer<typeof Scale>;
export const Encode = z.enum(['one_hot', 'ordinal', 'hash']);
export type Encode = z.infer<typeof Encode>;

const count = z.int({ error: 'must be a whole number' }).min(1, { error: 'must be at least 1' });
const finite = z.number({ error: 'must be a number' });

const share = { error: 'must be a share of the rows above 0 and below 0.5, or [lowest, highest]' };

/** Of numbers, booleans, ordinals and datetimes. */
export const NumberPreprocess = z.strictObject({
  scale: Scale.describe(
    'standardize: (x − mean) / std; min_max: (x − min) / (max − min); robust: (x − median) / (q75 − q25); log: sign(x) · log(1 + |x|), standardized; quantile: the share of the training rows below x; bytes: x / 255. Of datetimes it is the year that is scaled',
  ),
  clip: z
    .union([z.number(share).gt(0, share).lt(0.5, share), z.tuple([finite, finite])])
    .nullable()
    .default(null)
    .describe(
      'Before scaling: to [lowest, highest], or to the values that this share of the training rows lies below and above',
    ),
  missing: z
    .union([z.enum(['mean', 'median', 'most_frequent']), finite], {
      error: 'must be mean, median, most_frequent or a number',
    })
    .default('mean')
    .describe('What stands for an empty cell, of the training rows; or a number'),
  indicator: z
    .boolean({ error: 'must be true or false' })
    .default(false)
    .describe('One more input: 1 where the cell is empty, 0 where it is not'),
});
export type NumberPreprocess = z.infer<typeof NumberPreprocess>;

export const CategoryPreprocess = z.strictObject({
  encode: Encode.default('one_hot').describe(
    'one_hot: an input for each category; ordinal: one input, the place in the sorted categories; hash: as many inputs as buckets, one of them 1',
  ),
  max_categories: count
    .nullable()
    .default(null)
    .describe(
      'one_hot: inputs for so many categories, the most frequent of the training rows, and one for all others',
    ),
  min_count: count
    .default(1)
    .describe('one_hot: a category with fewer training rows shares the input for all others'),
  buckets: count.max(10_000).default(32).describe('hash: how many inputs'),
  unknown: z
    .enum(['refuse', 'other'])
    .default('refuse')
    .describe(
      'A category that the dataset does not have: refused, or taken as one of all others; hash takes it always',
    ),
  missing: z
    .enum(['category', 'most_frequent'])
    .default('category')
    .describe('An empty cell is a category of its own, or the most frequent one of the training rows'),
});
export type CategoryPreprocess = z.infer<typeof CategoryPreprocess>;

/** With every default filled in. */
export const RenderedColumn = z.union([NumberPreprocess, CategoryPreprocess]);
export type RenderedColumn = z.infer<typeof RenderedColumn>;

/** By column; the scale or the encoding alone, or any of its parts. */
export const ColumnsPreprocess = z.record(
  z.string(),
  z.union([Scale, Encode, NumberPreprocess.partial(), CategoryPreprocess.partial()]),
);
