// All metrics that a job may use. To add one: its file, and its line here.

import { accuracy } from './accuracy.ts';
import { confusionMatrix } from './confusion-matrix.ts';
import { f1 } from './f1.ts';
import { mae } from './mae.ts';
import type { Metric } from './metric.ts';
import { perplexity } from './perplexity.ts';
import { precision } from './precision.ts';
import { r2 } from './r2.ts';
import { recall } from './recall.ts';
import { rmse } from './rmse.ts';
import { topK } from './top-k.ts';

export const metrics: ReadonlyMap<string, Metric> = new Map(
  [accuracy, topK(5), precision, recall, f1, confusionMatrix, mae, rmse, r2, perplexity].map((metric) => [
    metric.name,
    metric,
  ]),
);

/** Looks up a metric; `top_3` is top_k with k = 3, and `top_k` has k = 5. */
export function metricNamed(name: string): Metric | null {
  if (name === 'top_k') return metrics.get('top_5')!;
  const k = /^top_([1-9]\d{0,5})$/.exec(name)?.[1];
  return metrics.get(name) ?? (k === undefined ? null : topK(Number(k)));
}
