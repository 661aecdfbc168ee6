// The requests of the end-to-end tests: the quickstart's points and variations of the notes' first network.

import { readFile } from 'node:fs/promises';
import type { Client } from '#client/client.ts';
import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { JobEvent, MetricsData } from '#contracts/jobs/events.ts';
import type { Job, NewJob } from '#contracts/jobs/job-api.ts';
import type { MetricHistory } from '#contracts/jobs/metric-history.ts';
import { firstJob } from '../../examples/quickstart/jobs.ts';

export async function uploadPoints(client: Client): Promise<Dataset> {
  const file = new Blob([await readFile('examples/quickstart/points.csv')]);
  return client.datasets.upload({ file, fileName: 'points.csv', target: 'side' });
}

export function jobRequest(
  dataset: Dataset,
  epochs: number,
  optimizer: NewJob['training']['optimizer'] = { type: 'Adam', lr: 0.001 },
): NewJob {
  const request = firstJob(dataset, epochs);
  return { ...request, training: { ...request.training, optimizer } };
}

/** Every event of a job, from the first to `done`; asserts that seq has no gaps. */
export async function follow(client: Client, job: Job): Promise<JobEvent[]> {
  const events: JobEvent[] = [];
  for await (const event of client.jobs.events(job.id)) {
    if (event.seq !== events.length + 1) throw new Error(`seq ${event.seq} after ${events.length}`);
    events.push(event);
  }
  return events;
}

/** Waits for the first epoch. */
export async function begun(client: Client, job: Job): Promise<void> {
  for await (const event of client.jobs.events(job.id)) if (event.type === 'metrics') return;
  throw new Error(`${job.id} ended without an epoch`);
}

export async function ended(client: Client, job: Job): Promise<Job> {
  for await (const _ of client.jobs.events(job.id));
  return client.jobs.get(job.id);
}

/** The measured values without the clock's: equal for equal jobs. */
export function measured(
  events: readonly JobEvent[],
  attempt: number,
): Pick<MetricsData, 'epoch' | 'metrics'>[] {
  return events.flatMap((event) =>
    event.type === 'metrics' && event.attempt === attempt
      ? [{ epoch: event.data.epoch, metrics: event.data.metrics }]
      : [],
  );
}

/** Every epoch's values, without those derived from a clock. */
export async function curves(client: Client, { id }: Job): Promise<MetricHistory['series']> {
  const { series } = await client.jobs.metrics(id);
  const { seconds: _, samples_per_sec: __, ...computed } = series;
  return computed;
}
