// Numbers in JSON, which has no NaN or Infinity. A non-finite metric is left out of `metrics` and named in `nonfinite`, never written as
// null.

import { z } from 'zod';

export const NonFinite = z.enum(['NaN', 'Infinity', '-Infinity']);
export type NonFinite = z.infer<typeof NonFinite>;

export const Metrics = z.record(z.string(), z.number());
export type Metrics = z.infer<typeof Metrics>;

/** Counts of samples, [true class][predicted class]. */
export const ConfusionMatrix = z.array(z.array(z.number().int()));
export type ConfusionMatrix = z.infer<typeof ConfusionMatrix>;

export const NonFiniteMetrics = z.record(z.string(), NonFinite);
export type NonFiniteMetrics = z.infer<typeof NonFiniteMetrics>;

/** The number if JSON can represent it, otherwise its name. */
export function jsonNumber<N extends number | null>(value: N): N | NonFinite {
  return value === null || Number.isFinite(value) ? value : (String(value) as NonFinite);
}

/** Splits measured values into those that JSON can represent and the names of those that it cannot. */
export function splitNonFinite(values: Readonly<Record<string, number>>): {
  metrics: Metrics;
  nonfinite: NonFiniteMetrics;
} {
  const metrics: Metrics = {};
  const nonfinite: NonFiniteMetrics = {};
  for (const [name, value] of Object.entries(values)) {
    if (Number.isFinite(value)) metrics[name] = value;
    else nonfinite[name] = String(value) as NonFinite;
  }
  return { metrics, nonfinite };
}
