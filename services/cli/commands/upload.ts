// epochd upload FILE: creates a dataset from a file.

import type { AddCommand } from '../command.ts';
import { withCsvOptions } from '../csv-options.ts';
import { withImageOptions } from '../image-options.ts';
import { type UploadOptions, uploadFile } from '../upload-file.ts';

export const upload: AddCommand = (program, run) => {
  withImageOptions(withCsvOptions(program.command('upload <file>')))
    .description(
      'upload a dataset, or have the service fetch one from a URL: CSV, JSONL, JSON, Parquet, Arrow, .npz with inputs and targets, or images (a folder of class folders, or a .zip or .tar of them)',
    )
    .option('--target <column>', 'column to predict (default: the last one)')
    .option('--features <a,b,…>', 'input columns (default: all others)')
    .option(
      '--split <column>',
      'column that assigns each row to train, validation or test; not used as an input',
    )
    .option('--no-header', 'the CSV has no header row; its columns are named column_1, column_2, …')
    .option('--types <types>', 'column types as JSON, to override detection (docs/data.md)')
    .option('--name <name>', 'name of the dataset (default: the file name)')
    .option('--resume <upload>', 'continue an interrupted upload of this file (u_…)')
    .action(
      run(async (context, file: string, options: UploadOptions) => {
        const dataset = await uploadFile(context, file, options);
        if (context.json) context.emit(dataset);
        else
          context.print(`${dataset.id}  ${dataset.samples} samples of [${dataset.input_shape.join(', ')}]`);
        return undefined;
      }),
    );
};
