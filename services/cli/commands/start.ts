// epochd start: the whole service on this machine, until Ctrl-C.

import type { AddCommand } from '../command.ts';

export const start: AddCommand = (program, run) => {
  program
    .command('start')
    .description('run the service on this machine, configured by environment variables (see README)')
    .action(
      run(async ({ start }) => {
        await start();
        return undefined;
      }),
    );
};
