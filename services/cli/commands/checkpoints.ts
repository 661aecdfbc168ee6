// epochd checkpoints ID: the checkpoints that a job can resume from.

import type { AddCommand } from '../command.ts';
import { formatTable } from '../terminal/table.ts';
import { formatBytes, formatMetrics } from '../terminal/words.ts';

export const checkpoints: AddCommand = (program, run) => {
  program
    .command('checkpoints <id>')
    .description('list the checkpoints of a job')
    .option('--now', 'make a running job write one first')
    .action(
      run(async ({ client, json, emit, print }, id: string, { now = false }: { now?: boolean }) => {
        if (now) await client.jobs.checkpoint(id);
        const { data } = await client.jobs.checkpoints(id);
        const rows = data.map(({ id, epoch, step, bytes, best, metrics }) => [
          id,
          epoch,
          step,
          formatBytes(bytes),
          best ? 'best' : '',
          formatMetrics(metrics),
        ]);
        if (json) for (const checkpoint of data) emit(checkpoint);
        else
          for (const line of formatTable(['ID', 'EPOCH', 'STEP', 'SIZE', '', 'METRICS'], rows)) print(line);
        return undefined;
      }),
    );
};
