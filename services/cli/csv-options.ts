// Options for a CSV's dialect, if it is not detected correctly.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { UploadFields } from '#contracts/datasets/dataset.ts';

export type CsvOptions = Pick<UploadFields, 'delimiter' | 'decimal' | 'encoding'>;

const NAMES: Readonly<Record<string, string>> = { tab: '\t', comma: ',', semicolon: ';', pipe: '|' };

function delimiter(text: string): string {
  const said = NAMES[text] ?? text;
  if (UploadFields.shape.delimiter.safeParse(said).success) return said;
  throw new InvalidArgumentError(`expected one of ${Object.keys(NAMES).join(', ')}`);
}

const choices = (field: 'decimal' | 'encoding') => [...UploadFields.shape[field].unwrap().options];

export function withCsvOptions(command: Command): Command {
  return command
    .option(
      '--delimiter <char>',
      'CSV delimiter: comma, semicolon, tab or pipe (default: detected)',
      delimiter,
    )
    .addOption(
      new Option('--decimal <char>', 'CSV decimal separator (default: detected)').choices(choices('decimal')),
    )
    .addOption(
      new Option('--encoding <name>', 'text encoding (default: detected)').choices(choices('encoding')),
    );
}

/** Only the CSV options that were given. */
export function csvFields({ delimiter: cells, decimal, encoding }: CsvOptions): CsvOptions {
  return {
    ...(cells === undefined ? {} : { delimiter: cells }),
    ...(decimal === undefined ? {} : { decimal }),
    ...(encoding === undefined ? {} : { encoding }),
  };
}
