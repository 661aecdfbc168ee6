// epochd pause ID…

import type { AddCommand } from '../command.ts';
import { eachJob } from '../each-job.ts';

export const pause: AddCommand = (program, run) => {
  program
    .command('pause <id...>')
    .description('pause jobs; continue them with `epochd resume`')
    .action(run((context, ids: string[]) => eachJob(context, ids, (id) => context.client.jobs.pause(id))));
};
