// Detects archives of images among uploads, and the form fields that apply to them.

import { open } from 'node:fs/promises';
import type { UploadFields } from '#contracts/datasets/dataset.ts';
import type { imageFields } from '#contracts/datasets/image-data.ts';
import { problemOf } from '#contracts/errors.ts';
import type { ColumnChoice } from '#training/data/columns/columns.ts';
import { isZip } from '#training/data/formats/npz.ts';
import { isTar } from '#training/images/entries.ts';
import type { ArchiveChoice } from '#training/images/pictures.ts';

/** The fields of an upload, except its name. */
export type UploadChoice = Omit<UploadFields, 'name'>;

/** A zip lists its files at the end; this many bytes include a name of each kind of file in it. */
const TAIL_BYTES = 2 ** 20;

/** Null if the file is not an archive, or contains NumPy arrays. */
export async function imageArchive(path: string, head: Uint8Array): Promise<'zip' | 'tar' | null> {
  if (isTar(head)) return 'tar';
  if (!isZip(head)) return null;
  await using file = await open(path);
  const { size } = await file.stat();
  const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
  await file.read(tail, 0, tail.length, size - tail.length);
  const names = tail.toString('latin1');
  const isWorkbook = names.includes('[Content_Types].xml');
  // A zip with neither arrays nor images is left to the .npz reader, which rejects it.
  return !isWorkbook &&
    !names.includes('.npy') &&
    /\.(png|jpe?g|jfif|webp|gif|tiff?|bmp|hei[cf])/i.test(names)
    ? 'zip'
    : null;
}

/** @throws Problem if a field applies only to tables */
export function imageChoice(given: UploadChoice): ArchiveChoice {
  const { target, split, size, fit, channels, background, corrupt, ...ofTables } = given;
  refuse(ofTables, 'applies to tables, but this file is an archive of images');
  return { target, split, size, fit, channels, background, corrupt };
}

/** @throws Problem if a field applies only to images */
export function withoutImages(given: UploadChoice): ColumnChoice {
  const { size, fit, channels, background, corrupt, ...choice } = given;
  refuse(
    { size, fit, channels, background, corrupt } satisfies Record<keyof typeof imageFields, unknown>,
    'applies to images, but this file has none: expected a zip or a tar of images in folders',
  );
  return choice;
}

function refuse(fields: Readonly<Record<string, unknown>>, message: string): void {
  const details = Object.entries(fields).flatMap(([param, value]) =>
    value === undefined ? [] : [{ param, code: 'unknown_key', message }],
  );
  if (details.length > 0) throw problemOf('invalid_dataset', details);
}
