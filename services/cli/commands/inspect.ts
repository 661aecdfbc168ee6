// epochd inspect FILE: what a file would become as a dataset.

import path from 'node:path';
import type { AddCommand } from '../command.ts';
import { type CsvOptions, withCsvOptions } from '../csv-options.ts';
import { EXIT } from '../exit-codes.ts';
import { withImageOptions } from '../image-options.ts';
import { printStats } from '../print-stats.ts';
import { openFile, packedFolder, type UploadOptions } from '../upload-file.ts';

export const inspect: AddCommand = (program, run) => {
  withImageOptions(withCsvOptions(program.command('inspect <file>')))
    .description('check a file without storing it: its format, its columns and any errors')
    .option('--target <column>', 'column to predict (default: the last one)')
    .option('--features <a,b,…>', 'input columns (default: all others)')
    .option(
      '--split <column>',
      'column that assigns each row to train, validation or test; not used as an input',
    )
    .option('--no-header', 'the first row of the CSV is data')
    .option('--types <types>', 'column types as JSON, to override detection (docs/data.md)')
    .action(
      run(async (context, file: string, { header = true, types, ...options }: UploadOptions & CsvOptions) => {
        const { client, json, emit, print, paint } = context;
        await using folder = await packedFolder(context, file);
        const found = await client.datasets.inspect({
          file: await openFile(folder?.path ?? file),
          fileName: path.basename(folder?.path ?? file),
          ...options,
          ...(types === undefined ? {} : { types }),
          ...(header ? {} : { header: 'false' as const }),
        });
        const { format, dialect, dataset, stats, problems } = found;
        if (json) emit(found);
        else {
          const { encoding, delimiter, decimal } = dialect ?? {};
          const written =
            dialect === null
              ? ''
              : `, ${encoding}, delimiter ${JSON.stringify(delimiter)}, decimal separator "${decimal}"`;
          print(`${format ?? 'unknown'}${written}`);
          if (dataset !== null) print(`${dataset.samples} samples of [${dataset.input_shape.join(', ')}]`);
          if (stats !== null) printStats(context, { ...stats, samples: dataset?.samples ?? 0 });
          for (const { message } of problems) print(paint('red', message));
        }
        return problems.length > 0 ? EXIT.usage : undefined;
      }),
    );
};
