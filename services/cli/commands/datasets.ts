// epochd datasets: the uploaded datasets.

import type { AddCommand } from '../command.ts';
import { wholeNumber } from '../options.ts';
import { formatTable } from '../terminal/table.ts';
import { formatBytes } from '../terminal/words.ts';

export const datasets: AddCommand = (program, run) => {
  program
    .command('datasets')
    .description('list datasets, newest first')
    .option('--limit <count>', 'maximum number to list', wholeNumber, 20)
    .action(
      run(async ({ client, json, emit, print }, { limit }: { limit: number }) => {
        const { data } = await client.datasets.list({ limit });
        const headings = ['ID', 'NAME', 'SAMPLES', 'INPUT', 'TARGET', 'SIZE'];
        const rows = data.map(({ id, name, samples, input_shape, target, bytes }) => [
          id,
          name ?? '',
          samples,
          `[${input_shape.join(', ')}]`,
          `${target.name ?? 'target'}: ${target.kind}`,
          formatBytes(bytes),
        ]);
        if (json) for (const dataset of data) emit(dataset);
        else for (const line of formatTable(headings, rows)) print(line);
        return undefined;
      }),
    );
};
