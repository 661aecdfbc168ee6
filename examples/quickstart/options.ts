// The quickstart's command line options.

import { parseArgs } from 'node:util';

export const USAGE = `npm run quickstart                                  trains on examples/quickstart/points.csv
npm run quickstart -- FILE.csv --target COLUMN      trains on a file of yours

  --target COLUMN     the column to learn: text makes a classifier, numbers a regression
  --features A,B,C    the columns to learn from; all others where left out
  --epochs N          how often to go over the file`;

export interface Options {
  /** null means our own points.csv */
  file: string | null;
  target: string | null;
  features: string | null;
  epochs: number | null;
  help: boolean;
}

/** The user's mistake, in one line. */
export class UsageError extends Error {}

export function parseOptions(args: string[]): Options {
  const { values, positionals } = parse(args);
  const [file = null, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`one file at a time: ${positionals.join(', ')}`);
  if (file !== null && values.target === undefined)
    throw new UsageError(`which column of ${file} should be predicted? Set --target COLUMN`);
  if (file === null && (values.target ?? values.features) !== undefined)
    throw new UsageError('--target and --features go with a file');
  let epochs: number | null = null;
  if (values.epochs !== undefined) {
    epochs = Number(values.epochs);
    if (!Number.isInteger(epochs) || epochs < 1)
      throw new UsageError(`--epochs ${values.epochs}: expected a whole number from 1`);
  }
  const { target = null, features = null, help = false } = values;
  return { file, target, features, epochs, help };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        target: { type: 'string' },
        features: { type: 'string' },
        epochs: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
