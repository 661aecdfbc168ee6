// epochd job ID: one job and its progress.

import type { Job } from '#contracts/jobs/job-api.ts';
import type { AddCommand } from '../command.ts';
import { formatMetrics, formatSeconds } from '../terminal/words.ts';

/** Aligned lines of a name and a value. */
export function describeJob(job: Job): string[] {
  const { progress, metrics, weights, training } = job;
  const facts: [name: string, value: string | null][] = [
    ['id', job.id],
    ['name', job.name],
    ['status', job.stop_reason === null ? job.status : `${job.status} (${job.stop_reason})`],
    ['error', job.error?.message ?? null],
    ['queue', job.queue_position === null ? null : `place ${job.queue_position}`],
    [
      'progress',
      `epoch ${progress.epoch} of ${progress.epochs}, step ${progress.step} of ${progress.total_steps}`,
    ],
    ['left', progress.eta_seconds === null ? null : formatSeconds(progress.eta_seconds)],
    ['latest', metrics.latest && formatMetrics(metrics.latest.metrics)],
    ['best', metrics.best && `epoch ${metrics.best.epoch}: ${formatMetrics(metrics.best.metrics)}`],
    ['test', metrics.test && formatMetrics(metrics.test.metrics)],
    ['weights', weights.serving && `${weights.serving}, epoch ${weights[weights.serving]?.epoch}`],
    ['model', `${job.model.layers.length} layers, ${job.parameters} parameters`],
    ['training', `${training.loss.type}, ${training.optimizer.type}, batches of ${training.batch_size}`],
    ['dataset', job.dataset],
    ['device', job.device],
  ];
  const told = facts.filter(([, value]) => value !== null);
  return [
    ...told.map(([name, value]) => `${name.padEnd(9)} ${value}`),
    ...job.warnings.map(({ message }) => `warning   ${message}`),
  ];
}

export const job: AddCommand = (program, run) => {
  program
    .command('job <id>')
    .description('show one job')
    .action(
      run(async ({ client, json, emit, print }, id: string) => {
        const found = await client.jobs.get(id);
        if (json) emit(found);
        else for (const line of describeJob(found)) print(line);
        return undefined;
      }),
    );
};
