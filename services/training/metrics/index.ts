// Every metric that a job may name. To add one: its file, and its line here.

import { accuracy } from './accuracy.ts';
import type { Metric } from './metric.ts';

export const metrics: ReadonlyMap<string, Metric> = new Map(
  [accuracy].map((metric) => [metric.name, metric]),
);
