// Datasets on the wire: what may be posted, and how one is told about.

import { z } from 'zod';
import { ImageInfo, imageFields } from './image-data.ts';
import { Interpreted } from './interpreted.ts';
import { NonFinite } from './numbers.ts';
import { TargetColumns } from './targets.ts';
import { Name, text } from './text.ts';
import { TextColumn, TextInfo } from './text-data.ts';
import { Warning } from './warnings.ts';

/** Numbers of any nesting: a tensor as JSON, with a non-finite number as its name. */
export type NestedNumbers = number | NonFinite | readonly NestedNumbers[];
export const NestedNumbers: z.ZodType<NestedNumbers> = z.lazy(() =>
  z.union([z.number(), NonFinite, z.array(NestedNumbers)]),
);

/**
 * Nested numbers of a request. Only the outermost array is checked here: the training module walks the rest once,
 * names every bad number by its path, and takes a tenth of the time that a recursive schema takes.
 */
export const Rows = z.array(z.unknown());

export const InlineDataset = z
  .strictObject({
    name: Name.optional(),
    inputs: Rows.describe('One entry a sample, numbers nested to the shape of a sample: [samples, …]'),
    targets: Rows.describe('One entry a sample: a class index, a number, or nested numbers'),
  })
  .describe('A dataset as JSON arrays');
export type InlineDataset = z.infer<typeof InlineDataset>;

/** The fields that may stand beside the file in a multipart upload. */
export const UploadFields = z.strictObject({
  name: Name.optional(),
  target: text(200)
    .min(1)
    .optional()
    .describe(
      'The column to learn; the last one where left out. Several, separated by commas: numbers, or yes and no. Of an .npz: the name of the array',
    ),
  features: text(20_000)
    .optional()
    .describe(
      'The columns to learn from, comma-separated; all others where left out. Of an .npz: the name of the array',
    ),
  header: z
    .enum(['true', 'false'])
    .optional()
    .describe('false: the first row of the CSV is data; the columns are called column_1, column_2, … then'),
  delimiter: z
    .enum([',', ';', '\t', '|'])
    .optional()
    .describe('What separates the cells of a CSV; found out where left out'),
  decimal: z
    .enum(['.', ','])
    .optional()
    .describe('What stands before the fraction of a number in a CSV; found out where left out'),
  encoding: z
    .enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'latin1'])
    .optional()
    .describe(
      'Of the text of a CSV; found out where left out. latin1 is read as windows-1252, which holds all of it',
    ),
  types: text(20_000)
    .min(1)
    .optional()
    .describe(
      'What the columns hold, where it is not to be found out: {"island": "category"} says it of some: number, boolean, category, datetime, text, ignore, or ["small", "large"] for categories in an order. The target may be labels: any of several in a cell, such as sea;sun. "auto" finds all out, and says it in the reply also where all are numbers',
    ),
  format: z
    .enum(['table', 'text'])
    .optional()
    .describe(
      'Whether a file of text is a table, or a plain text to learn to write; a plain text where left out if its name ends in .txt or it is sent as text/plain, and no field beside it speaks of columns',
    ),
  split: text(200)
    .min(1)
    .optional()
    .describe(
      'The column that says what each row is for: train, validation or test, or true for what is held out. No feature; a job takes it by training.validation or training.test {"by": "column"}',
    ),
  ...imageFields,
});
export type UploadFields = z.infer<typeof UploadFields>;

/** What a stored number is: integers of other sizes become int32, or float64 where they are beyond it. */
export const InputDType = z.enum(['bool', 'uint8', 'int32', 'float32', 'float64']);
export type InputDType = z.infer<typeof InputDType>;

export const TargetKind = z.enum(['classes', 'numbers']);

export const ColumnType = z.enum(['number', 'boolean', 'category', 'ordinal', 'datetime', 'text', 'ignore']);
export type ColumnType = z.infer<typeof ColumnType>;

export const DatePart = z.enum(['year', 'month', 'weekday', 'hour']);
export type DatePart = z.infer<typeof DatePart>;

/** What a column of the file became. */
export const Column = z.object({
  name: z.string(),
  type: ColumnType.describe(
    'number: one input; boolean: one input, 0 or 1; category: one input for each category, 1 or 0; ordinal: one input, the place in the given order; datetime: the year, and sine and cosine of what comes again; text: token numbers, as many as a job says; ignore: none. Of numbers, booleans, ordinals and datetimes a missing one becomes the mean of the training rows. A job can say otherwise in preprocess.columns',
  ),
  missing: z.number().int().describe('Rows whose cell is empty'),
  categories: z
    .array(z.string())
    .optional()
    .describe(
      'category: in the order of their inputs, "" being the empty cell, where the file has some; ordinal: in their order; boolean: the words for no and yes',
    ),
  parts: z
    .array(DatePart)
    .optional()
    .describe('Of datetimes: what in them differs enough to be learned from'),
  text: TextColumn.optional().describe('Of texts: how long they are, and of how many words and characters'),
  order: z.enum(['dmy', 'mdy']).optional().describe('Of datetimes written with slashes or points'),
});
export type Column = z.infer<typeof Column>;

/** A value and where it first stands. */
const Placed = z.object({ value: z.number(), row: z.number().int() });

/** What training and validation need to know of a dataset without reading its bytes. */
export const DatasetInfo = z.object({
  source: z.enum(['csv', 'inline', 'npy', 'json', 'parquet', 'arrow', 'text', 'images']),
  samples: z.number().int(),
  input_shape: z.array(z.number().int()).describe('Shape of one sample'),
  input_range: z
    .object({ min: z.number(), max: z.number(), integral: z.boolean() })
    .describe('Over all numbers of all samples; integral: whole numbers ≥ 0, so they can be token numbers'),
  input_dtype: InputDType.optional().describe('How the inputs are stored; float64 where left out'),
  features: z
    .array(z.string())
    .nullable()
    .describe('Names of the inputs, in order: columns, or column=category; null for arrays'),
  columns: z
    .array(Column)
    .optional()
    .describe('What became of each column beside the target, where they are more than numbers in every row'),
  split: z
    .object({
      column: z.string(),
      train: z.number().int(),
      validation: z.number().int(),
      test: z.number().int(),
    })
    .optional()
    .describe(
      'The column that says what each sample is for (arrays: the names of the arrays of an .npz do), and how many are for what; a job holds them out so unless it says otherwise',
    ),
  text: TextInfo.optional().describe(
    'Of a plain text, whose samples are its bytes: a job makes windows of tokens of it',
  ),
  images: ImageInfo.optional().describe('Of images: what all of them became, and what the files were'),
  warnings: z.array(Warning).optional().describe('What of the file is not wrong, and yet hardly meant'),
  target: z.object({
    name: z.string().nullable(),
    columns: TargetColumns,
    kind: TargetKind.describe('classes: integer class indices; numbers: floating point'),
    shape: z.array(z.number().int()).describe('Shape of one target: [] for one value'),
    labels: z.array(z.string()).nullable().describe('Class names by index, where the target column was text'),
    min: z.number().nullable(),
    max: z.number().nullable(),
    min_row: z
      .number()
      .int()
      .optional()
      .describe('Where min stands: line of the file, or index into targets'),
    max_row: z.number().int().optional(),
    second_min: Placed.optional().describe('The least value above min, for losses that may ignore one value'),
    second_max: Placed.optional().describe('The largest value below max'),
    fraction_row: z
      .number()
      .int()
      .optional()
      .describe('Where the first value that is not a whole number stands'),
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
  sha256: z.string().describe('Of the stored table: equal content has equal sums'),
  ...DatasetInfo.shape,
});
export type Dataset = z.infer<typeof Dataset>;

/** What POST /datasets replies. */
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
