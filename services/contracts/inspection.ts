// What a file would become as a dataset, without keeping it: POST /datasets/inspect.

import { z } from 'zod';
import { DatasetInfo } from './dataset.ts';
import { DatasetStats } from './dataset-stats.ts';
import { Detail } from './errors.ts';
import { Interpreted } from './interpreted.ts';

export const Dialect = z.object({
  encoding: z.string(),
  delimiter: z.string(),
  quote: z.string(),
  decimal: z.string(),
  header: z.boolean().describe('Whether the first row names the columns'),
});

const { columns, columns_omitted, target, inputs, targets, warnings } = DatasetStats.shape;

export const Inspection = z.object({
  object: z.literal('dataset.inspection'),
  format: z.string().nullable().describe('csv, npz, …; null where the file is none that is read'),
  dialect: Dialect.nullable().describe('How a file of text was written, as found or as said'),
  dataset: DatasetInfo.nullable().describe('What a job would be given; null where there are problems'),
  stats: z
    .object({ columns, columns_omitted, target, inputs, targets, warnings })
    .nullable()
    .describe('As GET /datasets/{id}/stats tells'),
  examples: DatasetStats.shape.examples,
  problems: z
    .array(Detail)
    .describe('Why the file would be refused: at most 100, each by its row and column'),
  interpreted: Interpreted,
});
export type Inspection = z.infer<typeof Inspection>;
