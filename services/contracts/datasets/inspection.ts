// What a file would become as a dataset, without storing it: POST /datasets/inspect.

import { z } from 'zod';
import { Detail } from '../errors.ts';
import { Interpreted } from '../interpreted.ts';
import { DatasetInfo } from './dataset.ts';
import { DatasetStats } from './dataset-stats.ts';

export const Dialect = z.object({
  encoding: z.string(),
  delimiter: z.string(),
  quote: z.string(),
  decimal: z.string(),
  header: z.boolean().describe('Whether the first row holds column names'),
});

const { columns, columns_omitted, target, inputs, targets, warnings } = DatasetStats.shape;

export const Inspection = z.object({
  object: z.literal('dataset.inspection'),
  format: z.string().nullable().describe('csv, npz, …; null if the format is not supported'),
  dialect: Dialect.nullable().describe('Format of a text file, as detected or specified'),
  dataset: DatasetInfo.nullable().describe('What a job would receive; null if there are problems'),
  stats: z
    .object({ columns, columns_omitted, target, inputs, targets, warnings })
    .nullable()
    .describe('As in GET /datasets/{id}/stats'),
  examples: DatasetStats.shape.examples,
  problems: z
    .array(Detail)
    .describe('Why the file would be rejected: at most 100 problems, each with its row and column'),
  interpreted: Interpreted,
});
export type Inspection = z.infer<typeof Inspection>;
