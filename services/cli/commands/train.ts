// epochd train: creates a job from a file that describes it, or from a table and the name of its target column.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Option } from 'commander';
import type { NewJob } from '#contracts/jobs/job-api.ts';
import type { AddCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { createFolds, watchFolds } from '../cross-validate.ts';
import { type CsvOptions, csvFields, withCsvOptions } from '../csv-options.ts';
import { CliError } from '../exit-codes.ts';
import { imageJob } from '../image-job.ts';
import { type ImageOptions, imageFieldsOf, withImageOptions } from '../image-options.ts';
import { positiveNumber, sizeList, wholeNumber } from '../options.ts';
import { isFolder } from '../pack-folder.ts';
import { MODELS, type ModelKind, type TableOptions, tableJob } from '../table-job.ts';
import { uploadFile } from '../upload-file.ts';
import { watchJob } from '../watch-job.ts';

interface Options extends Omit<TableOptions, 'model'>, CsvOptions, ImageOptions {
  model?: ModelKind;
  target?: string;
  features?: string;
  types?: string;
  detach?: boolean;
  folds?: number;
}

/** The job's `dataset` may be the path of a local file, which is then uploaded. */
async function describedJob(context: CliContext, file: string): Promise<NewJob> {
  let request: NewJob;
  try {
    request = JSON.parse(await readFile(file, 'utf8')) as NewJob;
  } catch (error) {
    throw new CliError(`${file} cannot be read as JSON: ${(error as Error).message}`);
  }
  const { dataset } = request;
  if (typeof dataset !== 'string' || dataset.startsWith('ds_')) return request;
  const { id } = await uploadFile(context, path.resolve(path.dirname(file), dataset), {});
  return { ...request, dataset: id };
}

async function request(context: CliContext, file: string, options: Options): Promise<NewJob> {
  if (file.endsWith('.json')) {
    const { model, hidden, target } = options;
    if ((target ?? hidden ?? model) !== undefined) {
      throw new CliError(
        `${file} already says what to train: --target, --model and --hidden apply to a table`,
      );
    }
    return describedJob(context, file);
  }
  if (options.target === undefined && !(await mayHoldImages(file))) {
    throw new CliError(`which column of ${file} should be predicted? Set --target COLUMN`);
  }
  const { target, features, types, name = path.basename(path.resolve(file)) } = options;
  const dataset = await uploadFile(context, file, {
    name,
    ...(target === undefined ? {} : { target }),
    ...(features === undefined ? {} : { features }),
    ...csvFields(options),
    ...imageFieldsOf(options),
    ...(types === undefined ? {} : { types }),
  });
  const makeJob = dataset.source === 'images' && options.model === undefined ? imageJob : tableJob;
  return makeJob(dataset, { ...options, name, model: options.model ?? 'mlp' });
}

/** If so, folder names may supply the classes, and no target column is needed. */
async function mayHoldImages(file: string): Promise<boolean> {
  return /\.(zip|tar|tar\.gz|tgz)$/i.test(file) || isFolder(file);
}

export const train: AddCommand = (program, run) => {
  withImageOptions(withCsvOptions(program.command('train <file>')))
    .description(
      'train a job (.json), or a model for a table (.csv, .jsonl, .parquet, .arrow, .npz) or for images (a folder of class folders, .zip, .tar), and follow its progress',
    )
    .option('--target <column>', 'column to predict: text makes a classifier, numbers a regression')
    .option('--features <a,b,…>', 'input columns (default: all others)')
    .option('--types <types>', 'column types as JSON, to override detection (docs/data.md)')
    .addOption(
      new Option(
        '--model <kind>',
        'model to train (default: mlp; for images, a small convolutional network)',
      ).choices(Object.keys(MODELS)),
    )
    .option('--hidden <sizes>', 'sizes of the hidden layers of an mlp, such as 64,32', sizeList)
    .option('--epochs <count>', 'number of passes over the training data', wholeNumber)
    .option('--batch-size <rows>', 'samples per batch', wholeNumber)
    .option('--lr <rate>', 'learning rate', positiveNumber)
    .option('--seed <number>', 'random seed', Number)
    .option('--name <name>', 'name of the job')
    .option(
      '--folds <count>',
      'run a cross-validation: this many jobs, each holding out a different fold',
      wholeNumber,
    )
    .option('--detach', 'only print the job id, without following the job')
    .action(
      run(async (context, file: string, options: Options) => {
        const body = await request(context, file, options);
        const { epochs, batchSize, lr, seed, name } = options;
        const asked: NewJob = {
          ...body,
          ...(name === undefined ? {} : { name }),
          ...(seed === undefined ? {} : { seed }),
          training: {
            ...body.training,
            ...(epochs === undefined ? {} : { epochs }),
            ...(batchSize === undefined ? {} : { batch_size: batchSize }),
            ...(lr === undefined ? {} : { optimizer: { ...optimizerOf(body), lr } }),
          },
        };
        if (options.folds !== undefined) {
          const folds = await createFolds(context, asked, options.folds);
          if (!options.detach) return watchFolds(context, folds);
          if (context.json) context.emit(folds);
          else for (const { id } of folds.jobs) context.print(id);
          return undefined;
        }
        const job = await context.client.jobs.create(asked);
        if (context.json) context.emit(job);
        else if (options.detach) context.print(job.id);
        else context.print(`${job.id}  ${job.parameters} parameters; ${context.client.url}/#/jobs/${job.id}`);
        return options.detach ? undefined : watchJob(context, job);
      }),
    );
};

function optimizerOf({ training }: NewJob): { type: string } {
  const { optimizer = 'Adam' } = training;
  return typeof optimizer === 'string' ? { type: optimizer } : optimizer;
}
