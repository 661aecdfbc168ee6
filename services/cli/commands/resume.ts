// epochd resume ID…

import type { AddCommand } from '../command.ts';
import { eachJob } from '../each-job.ts';

export const resume: AddCommand = (program, run) => {
  program
    .command('resume <id...>')
    .description('resume paused jobs')
    .action(run((context, ids: string[]) => eachJob(context, ids, (id) => context.client.jobs.resume(id))));
};
