// epochd watch ID: prints a job's epochs as they come, until it ends.

import type { AddCommand } from '../command.ts';
import { watchJob } from '../watch-job.ts';

export const watch: AddCommand = (program, run) => {
  program
    .command('watch <id>')
    .description('follow a job until it ends; Ctrl-C leaves it running')
    .action(run(async (context, id: string) => watchJob(context, await context.client.jobs.get(id))));
};
