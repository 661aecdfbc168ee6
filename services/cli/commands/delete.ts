// epochd delete ID…: deletes ended jobs, or datasets, with everything that belongs to them.

import type { AddCommand } from '../command.ts';

export const remove: AddCommand = (program, run) => {
  program
    .command('delete <id...>')
    .description('delete finished jobs (job_…) or datasets (ds_…) with everything that belongs to them')
    .action(
      run(async ({ client, json, emit, print }, ids: string[]) => {
        for (const id of ids) {
          await (id.startsWith('ds_') ? client.datasets.delete(id) : client.jobs.delete(id));
          if (json) emit({ id, deleted: true });
          else print(`${id} deleted`);
        }
        return undefined;
      }),
    );
};
