// A file to a dataset, with a bar for those that take their time.

import { openAsBlob } from 'node:fs';
import path from 'node:path';
import type { Dataset } from '#contracts/dataset.ts';
import type { CliContext } from './context.ts';
import { CliError } from './exit-codes.ts';

export interface UploadOptions {
  target?: string;
  features?: string;
  name?: string;
}

/** The file, not read yet. @throws CliError where there is none */
export async function openFile(file: string): Promise<Blob> {
  try {
    return await openAsBlob(file);
  } catch (error) {
    throw new CliError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

export async function uploadFile(
  { client, screen }: CliContext,
  file: string,
  options: UploadOptions,
): Promise<Dataset> {
  try {
    return await client.datasets.upload({
      file: await openFile(file),
      fileName: path.basename(file),
      onProgress: (sent, total) => screen.progress(sent, total, `  ${path.basename(file)}`),
      ...options,
    });
  } finally {
    screen.done();
  }
}
