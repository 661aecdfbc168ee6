// Uploads a file as a dataset, with a progress bar if it takes long.

import { openAsBlob } from 'node:fs';
import path from 'node:path';
import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { CliContext } from './context.ts';
import type { CsvOptions } from './csv-options.ts';
import { CliError } from './exit-codes.ts';
import type { ImageOptions } from './image-options.ts';
import { isFolder, type Packed, packFolder } from './pack-folder.ts';

export interface UploadOptions extends CsvOptions, ImageOptions {
  target?: string;
  features?: string;
  /** The column that assigns each row to a split. */
  split?: string;
  /** False if the first row is data. */
  header?: boolean;
  name?: string;
  /** `auto`, or column types as JSON: docs/data.md. */
  types?: string;
  /** The id of an interrupted upload. */
  resume?: string;
}

/** The file, unread. @throws CliError if it cannot be opened */
export async function openFile(file: string): Promise<Blob> {
  try {
    return await openAsBlob(file);
  } catch (error) {
    throw new CliError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** Packs a folder of images into a file of the same name; null if it is not a folder. */
export async function packedFolder({ screen }: CliContext, file: string): Promise<Packed | null> {
  if (!(await isFolder(file))) return null;
  try {
    return await packFolder(file, (done, total) =>
      screen.progress(done, total, `  packing ${done} of ${total}`),
    );
  } finally {
    screen.done();
  }
}

/** @param given a file, a folder of images, or a URL that the service fetches */
export async function uploadFile(
  context: CliContext,
  given: string,
  { header = true, ...options }: UploadOptions,
): Promise<Dataset> {
  await using folder = await packedFolder(context, given);
  if (folder === null) return sendFile(context, given, { header, ...options });
  if (options.resume !== undefined)
    throw new CliError(
      `--resume: ${given} is a folder, which is packed anew each time; only the upload of a file can be resumed`,
    );
  const name = path.basename(path.resolve(given));
  return sendFile(context, folder.path, { name, ...options });
}

async function sendFile(
  { client, json, paint, screen }: CliContext,
  file: string,
  { header = true, ...options }: UploadOptions,
): Promise<Dataset> {
  let dataset: Dataset;
  const fields = { ...options, ...(header ? {} : { header: 'false' as const }) };
  try {
    if (/^https?:\/\//.test(file)) {
      screen.line(`${file} is fetched by the service`);
      const { resume, ...said } = fields;
      if (resume !== undefined) throw new CliError('--resume: a URL is fetched by the service, as a whole');
      dataset = await client.datasets.create({ url: file, ...said });
    } else
      dataset = await client.datasets.upload({
        file: await openFile(file),
        fileName: path.basename(file),
        onUpload: (id) => {
          const again = `epochd upload ${file} --resume ${id}`;
          if (id !== options.resume)
            screen.line(`to resume after an interruption, or with other options: ${again}`);
        },
        onProgress: (sent, total) => screen.progress(sent, total, `  ${path.basename(file)}`),
        ...fields,
      });
  } finally {
    screen.done();
  }
  if (!json) for (const { message } of dataset.warnings ?? []) screen.line(paint('yellow', message));
  return dataset;
}
