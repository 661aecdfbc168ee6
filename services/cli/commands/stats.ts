// epochd stats DATASET: the statistics of a dataset.

import type { AddCommand } from '../command.ts';
import { printStats } from '../print-stats.ts';

export const stats: AddCommand = (program, run) => {
  program
    .command('stats <dataset>')
    .description(
      'what a dataset looks like: every column in figures, and what is worth a look before training',
    )
    .action(
      run(async (context, id: string) => {
        const found = await context.client.datasets.stats(id);
        if (context.json) context.emit(found);
        else printStats(context, found);
        return undefined;
      }),
    );
};
