// epochd upload FILE: creates a dataset from a file.

import type { AddCommand } from '../command.ts';
import { withCsvOptions } from '../csv-options.ts';
import { withImageOptions } from '../image-options.ts';
import { type UploadOptions, uploadFile } from '../upload-file.ts';

export const upload: AddCommand = (program, run) => {
  withImageOptions(withCsvOptions(program.command('upload <file>')))
    .description(
      'upload a dataset, or have the service fetch one by its URL: CSV, JSONL, JSON, Parquet, Arrow, .npz with inputs and targets, or images: a folder of class folders, or a .zip or .tar of them',
    )
    .option('--target <column>', 'the column to learn; the last one where left out')
    .option('--features <a,b,…>', 'the columns to learn from; all others where left out')
    .option('--split <column>', 'the column that says train, validation or test; no feature')
    .option('--no-header', 'the first row of the CSV is data: its columns become column_1, column_2, …')
    .option('--types <types>', 'what columns hold, as JSON, where it is not to be found out (docs/data.md)')
    .option('--name <name>', 'its name; that of the file where left out')
    .option('--resume <upload>', 'continue an upload of this file that was interrupted (u_…)')
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
