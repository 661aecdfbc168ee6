// What a trained model is worth on a dataset: POST /jobs/{id}/evaluate.

import { z } from 'zod';
import { InlineDataset } from './dataset.ts';
import { ConfusionMatrix, Metrics, NonFiniteMetrics } from './numbers.ts';

export const EvaluateRequest = z.strictObject({
  dataset: z.union([z.string(), InlineDataset]).describe('A dataset id, or a dataset as JSON arrays'),
});
export type EvaluateRequest = z.infer<typeof EvaluateRequest>;

const ClassFigures = z.object({
  class: z.number().int(),
  label: z.string().optional(),
  precision: z.number().describe('Of the answers that name it, the share that is right; 0 where none does'),
  recall: z.number().describe('Of its samples, the share that was found; 0 where there are none'),
  f1: z.number().describe('The harmonic mean of both; 0 where both are 0'),
  support: z.number().int().describe('How many samples are of it'),
});
export type ClassFigures = z.infer<typeof ClassFigures>;

export const Evaluation = z.object({
  object: z.literal('evaluation'),
  job_id: z.string(),
  dataset: z.string().nullable().describe('Null where the rows came with the request'),
  samples: z.number().int(),
  metrics: Metrics.describe('The loss as the job minimised it, and every metric that means something for it'),
  nonfinite: NonFiniteMetrics,
  confusion_matrix: ConfusionMatrix.nullable().describe(
    'Rows are what samples are, columns what they were taken for; null where there are no classes, or very many',
  ),
  classes: z.array(ClassFigures).nullable().describe('Null where there are no classes'),
  positive: z
    .union([z.string(), z.number().int()])
    .nullable()
    .describe('Of two classes the second, which the two figures below look for; else null'),
  roc_auc: z.number().nullable().describe('Area under the ROC curve; null where only one class occurs'),
  average_precision: z
    .number()
    .nullable()
    .describe('Σ (Rₙ − Rₙ₋₁) Pₙ over the thresholds; null where no sample is positive'),
});
export type Evaluation = z.infer<typeof Evaluation>;
