// Datasets and jobs that are too large for the API's event loop, read in a process of their own. The table's numbers go
// into a file in their stored form; what is told about them goes back in a message.

import { open, readFile } from 'node:fs/promises';
import { InlineDataset } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { joinTables } from '#training/data/rows/join.ts';
import { tableStats } from '#training/data/stats/stats.ts';
import { decodeTable, type ReadTable, type StoredTable, tablePieces } from '#training/data/table.ts';
import type { ValidJob, validateJob } from '#training/job/validate.ts';
import { findWindowsIn, type WindowsAsked } from '#training/series/found.ts';
import { parseJson } from '../plugins/json.ts';
import { inspectFiles } from '../uploads/inspect-files.ts';
import { readFiles } from '../uploads/read-files.ts';
import { parse } from '../validation.ts';
import type { Finders, ParsedTable, Tasks } from './protocol.ts';

async function keep(
  { info, preview, table, interpreted = [] }: ReadTable,
  path: string,
): Promise<ParsedTable> {
  await using file = await open(path, 'w');
  let size = 0;
  for (const piece of tablePieces(table)) {
    await file.writeFile(piece);
    size += piece.byteLength;
  }
  return { info, preview, table: { path, size }, interpreted };
}

const byField = (files: Tasks['table']['task']['files']) =>
  new Map(files.map(({ field, path }) => [field, { path }]));

export async function readUploaded(task: Tasks['table']['task']): Promise<Tasks['table']['done']> {
  return keep(await readFiles(byField(task.files), task.choice, task.maxBytes), task.out);
}

export function inspectUploaded(task: Tasks['inspect']['task']): Promise<Tasks['inspect']['done']> {
  return inspectFiles(byField(task.files), task.choice, task.maxBytes);
}

/** `readFile` is limited to 2 GiB. */
async function readTable(path: string): Promise<StoredTable> {
  await using file = await open(path);
  const { size } = await file.stat();
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const { bytesRead } = await file.read(bytes.subarray(at, at + 2 ** 30), { position: at });
    if (bytesRead === 0) throw new Error(`${path} ended after ${at} of ${size} bytes`);
    at += bytesRead;
  }
  return decodeTable(bytes);
}

export async function statsOf({ table }: Tasks['stats']['task']): Promise<Tasks['stats']['done']> {
  return tableStats(await readTable(table));
}

export async function windowsIn({
  tables,
  asked,
}: Tasks['windows']['task']): Promise<Tasks['windows']['done']> {
  const table = joinTables(await readTable(tables.own), {
    ...(tables.validation !== undefined && { validation: await readTable(tables.validation) }),
    ...(tables.test !== undefined && { test: await readTable(tables.test) }),
  });
  return findWindowsIn(table, asked);
}

export async function readInlineBody({
  body,
  out,
}: Tasks['inline']['task']): Promise<Tasks['inline']['done']> {
  const dataset = parse(InlineDataset, parseJson(await readFile(body)));
  return { ...(await keep(readInline(dataset), out)), name: dataset.name ?? null };
}

/** @param validate checks a job or a cross-validation */
export async function readJobBody<J extends ValidJob>(
  { body, out }: Tasks['job']['task'],
  { dataset, weights, windows }: Finders,
  validate: (...given: Parameters<typeof validateJob>) => Promise<{ details: Detail[]; job: J | null }>,
) {
  const findWindows = (asked: WindowsAsked) => windows(JSON.stringify(asked));
  const { details, job } = await validate(parseJson(await readFile(body)), dataset, weights, findWindows);
  if (job === null) return { details, job };
  const { inline, ...rest } = job;
  const kept = inline === null ? null : { ...(await keep(inline, out)), name: inline.name };
  // The arrays are in the file already, so they are not sent back.
  const request = inline === null ? rest.request : { ...rest.request, dataset: '' };
  return { details, job: { ...rest, request, inline: kept } };
}
