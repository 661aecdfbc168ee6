// epochd weights ID -o FILE: downloads a job's weights as a safetensors file.

import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Which } from '#contracts/jobs/checkpoint.ts';
import type { AddCommand } from '../command.ts';
import { whichOption } from '../options.ts';
import { formatBytes } from '../terminal/words.ts';

export const weights: AddCommand = (program, run) => {
  program
    .command('weights <id>')
    .description("download a job's weights as a safetensors file with torch's keys")
    .requiredOption('-o, --output <file>', 'file to write')
    .addOption(whichOption())
    .action(
      run(async ({ client, json, emit, print }, id: string, options: { output: string; which?: Which }) => {
        const file = await client.jobs.weights(
          id,
          options.which === undefined ? {} : { which: options.which },
        );
        try {
          await pipeline(Readable.fromWeb(file.stream() as never), createWriteStream(options.output));
        } catch (error) {
          await rm(options.output, { force: true });
          throw error;
        }
        if (json) emit({ file: options.output, bytes: file.size });
        else print(`${options.output}  ${formatBytes(file.size)}`);
        return undefined;
      }),
    );
};
