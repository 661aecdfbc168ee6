// Evaluation of a trained model on a dataset: POST /jobs/{id}/evaluate.

import { z } from 'zod';
import { InlineDataset } from '../datasets/dataset.ts';
import { ConfusionMatrix, Metrics, NonFiniteMetrics } from '../numbers.ts';

export const EvaluateRequest = z.strictObject({
  dataset: z.union([z.string(), InlineDataset]).describe('A dataset id, or a dataset as JSON arrays'),
});
export type EvaluateRequest = z.infer<typeof EvaluateRequest>;

const ClassFigures = z.object({
  class: z.number().int(),
  label: z.string().optional(),
  precision: z.number().describe('Fraction of its predictions that are right; 0 if there are none'),
  recall: z.number().describe('Fraction of its samples that were found; 0 if there are none'),
  f1: z.number().describe('Harmonic mean of both; 0 if both are 0'),
  support: z.number().int().describe('Number of its samples'),
});
export type ClassFigures = z.infer<typeof ClassFigures>;

export const Evaluation = z.object({
  object: z.literal('evaluation'),
  job_id: z.string(),
  dataset: z.string().nullable().describe('Null if the rows were sent with the request'),
  samples: z.number().int(),
  metrics: Metrics.describe('The loss as the job minimized it, and every applicable metric'),
  nonfinite: NonFiniteMetrics,
  confusion_matrix: ConfusionMatrix.nullable().describe(
    'Rows are actual classes, columns predicted ones; null if there are no classes, or very many',
  ),
  classes: z.array(ClassFigures).nullable().describe('Null if there are no classes'),
  positive: z
    .union([z.string(), z.number().int()])
    .nullable()
    .describe('For two classes, the second: the positive class of the two metrics below; else null'),
  roc_auc: z.number().nullable().describe('Area under the ROC curve; null if only one class occurs'),
  average_precision: z
    .number()
    .nullable()
    .describe('Σ (Rₙ − Rₙ₋₁) Pₙ over the thresholds; null if no sample is positive'),
});
export type Evaluation = z.infer<typeof Evaluation>;
