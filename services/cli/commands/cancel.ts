// epochd cancel ID…

import type { AddCommand } from '../command.ts';
import { eachJob } from '../each-job.ts';

export const cancel: AddCommand = (program, run) => {
  program
    .command('cancel <id...>')
    .description('cancel jobs; their weights so far are kept')
    .action(run((context, ids: string[]) => eachJob(context, ids, (id) => context.client.jobs.cancel(id))));
};
