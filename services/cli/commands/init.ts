// epochd init: writes a first job to a file.

import { writeFile } from 'node:fs/promises';
import type { NewJob } from '#contracts/jobs/job-api.ts';
import type { AddCommand } from '../command.ts';
import { CliError } from '../exit-codes.ts';

/** XOR, which no single neuron can learn. */
const STARTER: NewJob = {
  name: 'xor',
  dataset: {
    inputs: [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    targets: [0, 1, 1, 0],
  },
  model: {
    input: { shape: [2] },
    layers: [{ type: 'Linear', out_features: 8 }, 'Tanh', { type: 'Linear', out_features: 2 }],
  },
  training: { loss: 'CrossEntropyLoss', optimizer: { type: 'Adam', lr: 0.05 }, epochs: 100, batch_size: 4 },
};

export const init: AddCommand = (program, run) => {
  program
    .command('init [file]')
    .description('write a starter job to a file (default: epochd-job.json)')
    .option('--force', 'overwrite an existing file')
    .action(
      run(async ({ json, emit, print }, file = 'epochd-job.json', { force = false }: { force?: boolean }) => {
        try {
          await writeFile(file, `${JSON.stringify(STARTER, null, 2)}\n`, { flag: force ? 'w' : 'wx' });
        } catch (error) {
          const { code, message } = error as NodeJS.ErrnoException;
          throw new CliError(code === 'EEXIST' ? `${file} already exists; --force overwrites it` : message);
        }
        if (json) emit({ file });
        else {
          print(
            `${file} written. Its dataset may also be the id of an uploaded one, or the path of a CSV next to it.`,
          );
          print(`Train it: epochd train ${file}`);
        }
        return undefined;
      }),
    );
};
