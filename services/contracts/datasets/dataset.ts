// Datasets in the API: the requests that create one, and the dataset object.

import { z } from 'zod';
import { Interpreted } from '../interpreted.ts';
import { NonFinite } from '../numbers.ts';
import { Name, text } from '../text.ts';
import { TargetColumns } from '../training/targets.ts';
import { Warning } from '../warnings.ts';
import { ImageInfo, imageFields } from './image-data.ts';
import { TextColumn, TextInfo } from './text-data.ts';

/** Numbers nested to any depth: a tensor as JSON, with non-finite numbers as their names. */
export type NestedNumbers = number | NonFinite | readonly NestedNumbers[];
export const NestedNumbers: z.ZodType<NestedNumbers> = z.lazy(() =>
  z.union([z.number(), NonFinite, z.array(NestedNumbers)]),
);

/**
 * Nested numbers of a request. Only the outermost array is checked here: the training module traverses the rest once, reports every bad
 * number by its path, and takes a tenth of the time of a recursive schema.
 */
export const Rows = z.array(z.unknown());

export const InlineDataset = z
  .strictObject({
    name: Name.optional(),
    inputs: Rows.describe('One entry per sample, nested to the shape of a sample: [samples, …]'),
    targets: Rows.describe('One entry per sample: a class index, a number, or nested numbers'),
  })
  .describe('A dataset as JSON arrays');
export type InlineDataset = z.infer<typeof InlineDataset>;

/** Form fields that may accompany the file in a multipart upload. */
export const UploadFields = z.strictObject({
  name: Name.optional(),
  target: text(200)
    .min(1)
    .optional()
    .describe(
      'The target column; the last one if omitted. Several, separated by commas: numbers or booleans. For an .npz: the name of the array',
    ),
  features: text(20_000)
    .optional()
    .describe(
      'The feature columns, comma-separated; all others if omitted. For an .npz: the name of the array',
    ),
  header: z
    .enum(['true', 'false'])
    .optional()
    .describe('false: the first row of the CSV is data, and the columns are named column_1, column_2, …'),
  delimiter: z.enum([',', ';', '\t', '|']).optional().describe('Delimiter of a CSV; detected if omitted'),
  decimal: z.enum(['.', ',']).optional().describe('Decimal separator in a CSV; detected if omitted'),
  encoding: z
    .enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'latin1'])
    .optional()
    .describe('Encoding of a CSV; detected if omitted. latin1 is read as windows-1252, a superset'),
  types: text(20_000)
    .min(1)
    .optional()
    .describe(
      'Column types, where detection should be overridden: {"island": "category"} sets some: number, boolean, category, datetime, text, ignore, or ["small", "large"] for categories in an order. The target may be labels: several per cell, such as sea;sun. "auto" detects all types, and lists them in the reply even if all are numbers',
    ),
  format: z
    .enum(['table', 'text'])
    .optional()
    .describe(
      'Whether a text file is a table, or a plain text for a language model; if omitted, a plain text if its name ends in .txt or it is sent as text/plain, and no other field refers to columns',
    ),
  split: text(200)
    .min(1)
    .optional()
    .describe(
      'The column that assigns each row to train, validation or test, or is true for held-out rows. It is not a feature; jobs use it with training.validation or training.test {"by": "column"}',
    ),
  ...imageFields,
});
export type UploadFields = z.infer<typeof UploadFields>;

/** The stored type of a number: integers of other sizes become int32, or float64 if they are out of its range. */
export const InputDType = z.enum(['bool', 'uint8', 'int32', 'float32', 'float64']);
export type InputDType = z.infer<typeof InputDType>;

export const TargetKind = z.enum(['classes', 'numbers']);

export const ColumnType = z.enum(['number', 'boolean', 'category', 'ordinal', 'datetime', 'text', 'ignore']);
export type ColumnType = z.infer<typeof ColumnType>;

export const DatePart = z.enum(['year', 'month', 'weekday', 'hour']);
export type DatePart = z.infer<typeof DatePart>;

/** How a column of the file was interpreted. */
export const Column = z.object({
  name: z.string(),
  type: ColumnType.describe(
    'number: one input; boolean: one input, 0 or 1; category: one input for each category, 1 or 0; ordinal: one input, the position in the given order; datetime: the year, and sine and cosine of its periodic parts; text: token ids, as many as the job sets; ignore: none. Missing numbers, booleans, ordinals and datetimes become the mean of the training rows. A job can override this in preprocess.columns',
  ),
  missing: z.number().int().describe('Rows whose cell is empty'),
  categories: z
    .array(z.string())
    .optional()
    .describe(
      'category: in the order of their inputs, "" being the empty cell, if there are any; ordinal: in their order; boolean: the words for no and yes',
    ),
  parts: z.array(DatePart).optional().describe('For datetimes: the components that vary enough to be useful'),
  text: TextColumn.optional().describe(
    'For texts: their length, and the number of distinct words and characters',
  ),
  order: z.enum(['dmy', 'mdy']).optional().describe('For datetimes written with slashes or dots'),
});
export type Column = z.infer<typeof Column>;

/** A value and the first row that has it. */
const Placed = z.object({ value: z.number(), row: z.number().int() });

/** What training and validation need to know about a dataset without reading its bytes. */
export const DatasetInfo = z.object({
  source: z.enum(['csv', 'inline', 'npy', 'json', 'parquet', 'arrow', 'text', 'images']),
  samples: z.number().int(),
  input_shape: z.array(z.number().int()).describe('Shape of one sample'),
  input_range: z
    .object({ min: z.number(), max: z.number(), integral: z.boolean() })
    .describe('Over all numbers of all samples; integral: whole numbers ≥ 0, so they can be token numbers'),
  input_dtype: InputDType.optional().describe('How the inputs are stored; float64 if omitted'),
  features: z
    .array(z.string())
    .nullable()
    .describe('Names of the inputs, in order: columns, or column=category; null for arrays'),
  columns: z
    .array(Column)
    .optional()
    .describe('The type of each column except the target, unless all are numbers in every row'),
  split: z
    .object({
      column: z.string(),
      train: z.number().int(),
      validation: z.number().int(),
      test: z.number().int(),
    })
    .optional()
    .describe(
      'The column that assigns each sample to train, validation or test (for .npz arrays: the array names), and the counts; jobs use this split unless they set another',
    ),
  text: TextInfo.optional().describe(
    'For a plain text, whose samples are its bytes: a job cuts it into windows of tokens',
  ),
  images: ImageInfo.optional().describe(
    'For images: the common format they were converted to, and the original files',
  ),
  warnings: z.array(Warning).optional().describe('Warnings about the file: valid, but probably not intended'),
  target: z.object({
    name: z.string().nullable(),
    columns: TargetColumns,
    kind: TargetKind.describe('classes: integer class indices; numbers: floating point'),
    shape: z.array(z.number().int()).describe('Shape of one target: [] for one value'),
    labels: z.array(z.string()).nullable().describe('Class names by index, if the target column is text'),
    min: z.number().nullable(),
    max: z.number().nullable(),
    min_row: z.number().int().optional().describe('Position of min: line of the file, or index into targets'),
    max_row: z.number().int().optional(),
    second_min: Placed.optional().describe(
      'The smallest value above min, for losses that may ignore one value',
    ),
    second_max: Placed.optional().describe('The largest value below max'),
    fraction_row: z.number().int().optional().describe('Position of the first value that is not an integer'),
    integral: z.boolean().describe('Every target value is a whole number ≥ 0, so it can be a class index'),
  }),
});
export type DatasetInfo = z.infer<typeof DatasetInfo>;

export const Dataset = z.object({
  id: z.string(),
  object: z.literal('dataset'),
  name: z.string().nullable(),
  created_at: z.iso.datetime(),
  bytes: z.number().int(),
  sha256: z.string().describe('SHA-256 of the stored table: equal content has equal sums'),
  ...DatasetInfo.shape,
});
export type Dataset = z.infer<typeof Dataset>;

/** The reply of POST /datasets. */
export const CreatedDataset = Dataset.extend({ interpreted: Interpreted });
export type CreatedDataset = z.infer<typeof CreatedDataset>;

export const Cell = z.union([z.string(), z.number(), z.array(z.unknown())]);
export const Preview = z.object({
  object: z.literal('dataset.preview'),
  dataset_id: z.string(),
  samples: z.number().int(),
  columns: z.array(z.string()),
  rows: z.array(z.array(Cell)),
});
export type Preview = z.infer<typeof Preview>;
