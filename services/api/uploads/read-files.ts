// From uploaded files to a table. The first bytes of a file decide its format, not its name.

import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { problemOf } from '#contracts/errors.ts';
import type { ColumnChoice } from '#training/data/columns/columns.ts';
import { readArchive } from '#training/data/formats/archive.ts';
import { readArrays } from '#training/data/formats/arrays.ts';
import { isArrow, readArrow } from '#training/data/formats/arrow.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { isJson, readJson } from '#training/data/formats/json.ts';
import type { Noted } from '#training/data/formats/noted.ts';
import { isNpy, parseNpy } from '#training/data/formats/npy.ts';
import { isZip } from '#training/data/formats/npz.ts';
import { isParquet, readParquet } from '#training/data/formats/parquet.ts';
import type { ReadTable } from '#training/data/table.ts';
import { readImages } from '#training/images/read-images.ts';
import { readText } from '#training/text/read-text.ts';
import { gunzipFile, isGzip } from './gunzip-file.ts';
import { imageArchive, imageChoice, type UploadChoice, withoutImages } from './image-files.ts';
import type { UploadedFile } from './upload.ts';

/** By form field. */
export type Files = ReadonlyMap<string, { readonly path: string }>;

/** The file fields of a dataset's form. */
export const FILE_FIELDS = ['file', 'inputs', 'targets'] as const;

const QUICK_BYTES = 64 * 1024;

/** Long enough to get past leading blank lines. */
const HEAD_BYTES = 4_096;

async function headOf(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function refuse(param: string, code: string, message: string) {
  return problemOf('invalid_dataset', [{ param, code, message }]);
}

/** @throws Problem if any of the fields is set */
function refuseGiven(fields: object, message: string): void {
  for (const [field, value] of Object.entries(fields))
    if (value !== undefined) throw refuse(field, 'unknown_key', message);
}

async function readPair(files: Files, choice: ColumnChoice): Promise<ReadTable> {
  refuseGiven(choice, 'does not apply to two .npy files, whose arrays have no names');
  const [inputs, targets] = (['inputs', 'targets'] as const).map((field) => {
    const file = files.get(field);
    if (file === undefined)
      throw refuse(field, 'required', 'expected a .npy file: inputs and targets go together');
    return file;
  });
  const x = parseNpy(await readFile(inputs!.path), 'inputs');
  return readArrays(x, parseNpy(await readFile(targets!.path), 'targets'));
}

/** @param noted receives what was detected, even if the files are rejected. @throws Problem */
export async function readFiles(
  files: Files,
  given: UploadChoice,
  maxBytes: number,
  noted: Noted = {},
): Promise<ReadTable> {
  const file = files.get('file');
  if (file === undefined) {
    const choice = withoutImages(given);
    noted.format = 'npy';
    return readPair(files, choice);
  }
  const head = await headOf(file.path);
  const archive = await imageArchive(file.path, head);
  if (archive !== null) return readImages(file.path, archive, imageChoice(given), maxBytes, noted);
  const other = ['inputs', 'targets'].find((field) => files.has(field));
  if (other !== undefined) {
    throw refuse(
      other,
      'unknown_key',
      'cannot be combined with "file": send one file, or inputs and targets',
    );
  }
  const choice = withoutImages(given);
  if (!isGzip(head)) return readOne(file.path, head, choice, maxBytes, noted);
  const plain = await gunzipFile(file.path, maxBytes);
  return readOne(plain, await headOf(plain), choice, maxBytes, noted);
}

async function readOne(
  path: string,
  head: Uint8Array,
  { format, ...ofFiles }: ReturnType<typeof withoutImages>,
  maxBytes: number,
  noted: Noted,
): Promise<ReadTable> {
  if (format === 'text') {
    const { encoding, ...ofTables } = ofFiles;
    refuseGiven(ofTables, 'applies to tables, but this is a plain text, without columns');
    return readText(createReadStream(path), { encoding }, noted);
  }
  if (isNpy(head)) {
    const message =
      'a .npy holds one array: send two, in the fields "inputs" and "targets", or a .npz of both';
    throw refuse('file', 'one_array', message);
  }
  if (isZip(head)) {
    noted.format = 'npz';
    const { features, target, ...ofTables } = ofFiles;
    refuseGiven(ofTables, 'applies to tables, but these are arrays, without columns');
    return readArchive(path, { inputs: features, targets: target }, maxBytes);
  }
  const { delimiter, decimal, encoding, header, ...ofAll } = ofFiles;
  const read = isJson(head)
    ? readJson.bind(null, () => createReadStream(path))
    : isParquet(head)
      ? readParquet.bind(null, path)
      : isArrow(head)
        ? readArrow.bind(null, path)
        : null;
  if (read === null) return readCsv(createReadStream(path), ofFiles, noted);
  refuseGiven({ delimiter, decimal, encoding, header }, 'applies to CSV files, but this is another format');
  return read(ofAll, noted);
}

/** Whether the files are small enough to parse on the event loop; others are parsed in a separate process. */
export async function isQuick(files: ReadonlyMap<string, UploadedFile>): Promise<boolean> {
  const bytes = [...files.values()].reduce((sum, file) => sum + file.bytes, 0);
  return bytes <= QUICK_BYTES && !(await isPacked(files));
}

/** Formats in which a few bytes may hold very many rows. */
async function isPacked(files: Files): Promise<boolean> {
  const file = files.get('file');
  if (file === undefined) return false;
  const head = await headOf(file.path);
  return isGzip(head) || isParquet(head) || isArrow(head) || (await imageArchive(file.path, head)) !== null;
}
