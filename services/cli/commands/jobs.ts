// epochd jobs: the newest jobs, one per line.

import type { Job } from '#contracts/jobs/job-api.ts';
import type { AddCommand } from '../command.ts';
import { wholeNumber } from '../options.ts';
import { formatTable } from '../terminal/table.ts';
import { formatMetrics } from '../terminal/words.ts';

interface Options {
  status?: string;
  name?: string;
  sort?: string;
  limit: number;
}

function row({ id, status, name, progress, metrics, created_at }: Job): string[] {
  const best = metrics.best === null ? '' : formatMetrics(firstTwo(metrics.best.metrics));
  return [id, status, name ?? '', `${progress.epoch}/${progress.epochs}`, best, created_at.slice(0, 19)];
}

const firstTwo = (metrics: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(metrics)
      .sort(([a], [b]) => Number(b.startsWith('val_')) - Number(a.startsWith('val_')))
      .slice(0, 2),
  );

export const jobs: AddCommand = (program, run) => {
  program
    .command('jobs')
    .description('list jobs, newest first')
    .option('--status <status>', 'only jobs with this status (running, succeeded, …)')
    .option('--name <text>', 'only jobs whose name contains this text')
    .option('--sort <order>', 'created_at, finished_at or best.<metric>; prefix with - for descending order')
    .option('--limit <count>', 'maximum number to list', wholeNumber, 20)
    .action(
      run(async ({ client, json, emit, print }, options: Options) => {
        const { data } = await client.jobs.list({ ...options });
        if (json) for (const job of data) emit(job);
        else if (data.length === 0) print('No jobs yet. Begin with: epochd init');
        else
          for (const line of formatTable(
            ['ID', 'STATUS', 'NAME', 'EPOCH', 'BEST', 'CREATED (UTC)'],
            data.map(row),
          ))
            print(line);
        return undefined;
      }),
    );
};
