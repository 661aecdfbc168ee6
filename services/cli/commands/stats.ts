// epochd stats DATASET: the statistics of a dataset.

import type { AddCommand } from '../command.ts';
import { printStats } from '../print-stats.ts';

export const stats: AddCommand = (program, run) => {
  program
    .command('stats <dataset>')
    .description('show statistics of each column of a dataset, and warnings to check before training')
    .action(
      run(async (context, id: string) => {
        const found = await context.client.datasets.stats(id);
        if (context.json) context.emit(found);
        else printStats(context, found);
        return undefined;
      }),
    );
};
