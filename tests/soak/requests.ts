// The jobs of a run: a few kinds, short, each with a reference of its own that no fault has touched.

import { createHash } from 'node:crypto';
import type { Dataset } from '#contracts/dataset.ts';
import type { Job, NewJob } from '#contracts/job-api.ts';
import type { MetricHistory } from '#contracts/metric-history.ts';
import { firstJob } from '../../examples/quickstart/jobs.ts';
import type { Asker } from './ask.ts';

const KINDS = ['short', 'many epochs', 'with checkpoints'] as const;
export type Kind = (typeof KINDS)[number];
export const kinds: readonly Kind[] = KINDS;

export function requestOf(kind: Kind, dataset: Dataset): NewJob {
  const job = firstJob(dataset, 8);
  if (kind === 'short') return job;
  if (kind === 'many epochs') return { ...job, training: { ...job.training, epochs: 400 } };
  const layers = [
    { type: 'Linear', out_features: 256 },
    'ReLU',
    { type: 'Dropout', p: 0.2 },
    { type: 'Linear', out_features: 256 },
    'ReLU',
    { type: 'Linear', out_features: 2 },
  ];
  return { ...job, model: { ...job.model, layers }, training: { ...job.training, epochs: 60 } };
}

/** What a job of a kind leaves, whatever happened on its way. */
export interface Result {
  weights: string;
  series: Record<string, unknown>;
}

export async function resultOf(ask: Asker, { id }: Pick<Job, 'id'>): Promise<Result> {
  const weights = createHash('sha256')
    .update(await ask.bytes(`/jobs/${id}/weights?which=last`))
    .digest('hex');
  const { series } = (await ask(`/jobs/${id}/metrics`)).body as MetricHistory;
  // What a clock gave is another one each time.
  const { seconds: _, samples_per_sec: __, ...computed } = series;
  return { weights, series: computed };
}
