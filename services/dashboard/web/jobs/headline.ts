// The single metric that represents a job in lists.

import type { Job } from '#contracts/jobs/job-api.ts';
import { measure, percent } from '../format.ts';

/** The number that says most about a job: a validation accuracy rather than a loss. */
export function headline(job: Job): [name: string, value: number] | null {
  const metrics = job.metrics.best?.metrics ?? job.metrics.latest?.metrics ?? {};
  for (const name of ['val_accuracy', 'train_accuracy', 'val_loss', 'train_loss']) {
    if (metrics[name] !== undefined) return [name, metrics[name]];
  }
  return null;
}

export const shown = ([name, value]: [string, number]) =>
  name.endsWith('accuracy') ? percent(value) : measure(value);
