// Shows a job's epochs as they arrive, until it is done.

import type { Client } from '#client/client.ts';
import type { Job } from '#contracts/jobs/job-api.ts';
import type { Screen } from '../../services/cli/terminal/screen.ts';
import { Stop } from '../service.ts';

export interface Watched {
  /** The job's final state. */
  job: Job;
  /** The training loss of every epoch; NaN if it was not finite. */
  losses: number[];
}

/** @throws Stop if the job does not succeed */
export async function watch(client: Client, screen: Screen, created: Job): Promise<Watched> {
  const losses: number[] = [];
  for await (const event of client.jobs.events(created.id)) {
    if (event.type !== 'metrics') continue;
    const { epoch, epochs, metrics, nonfinite } = event.data;
    const loss = metrics.train_loss;
    losses.push(loss ?? Number.NaN);
    const accuracy =
      metrics.val_accuracy === undefined ? '' : `, Accuracy: ${metrics.val_accuracy.toFixed(3)}`;
    screen.line(`Epoch [${epoch}/${epochs}], Loss: ${loss?.toFixed(4) ?? nonfinite.train_loss}${accuracy}`);
    screen.progress(epoch, epochs);
  }
  screen.done();
  const job = await client.jobs.get(created.id);
  if (job.status !== 'succeeded')
    throw new Stop(`The training ${job.status} (${job.stop_reason}): ${job.error?.message ?? ''}`);
  return { job, losses };
}
