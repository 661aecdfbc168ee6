// Reads real-world files the way an upload is read.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Problem } from '#contracts/errors.ts';
import type { ColumnChoice } from '#training/data/columns/columns.ts';
import type { ReadTable } from '#training/data/table.ts';
import { readFiles } from '../../../../services/api/uploads/read-files.ts';

export type Content = string | Uint8Array;

export async function readUgly(content: Content, choice: ColumnChoice = {}): Promise<ReadTable> {
  const dir = await mkdtemp(path.join(tmpdir(), 'epochd-ugly-'));
  try {
    const file = path.join(dir, 'file');
    await writeFile(file, content);
    return await readFiles(new Map([['file', { path: file }]]), choice, 64 * 2 ** 20);
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** The problems found, as "param: message". */
export async function refusedUgly(content: Content, choice: ColumnChoice = {}): Promise<string[]> {
  try {
    await readUgly(content, choice);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid_dataset') throw error;
    return error.details.map(({ param, message }) => `${param}: ${message}`);
  }
  throw new Error('was not refused');
}

/** A summary of the columns, with the first rows of raw values and of the target. */
export function inShort({ info, table }: ReadTable) {
  const columns =
    info.columns?.map(({ name, type, missing }) => `${name} ${type}${missing > 0 ? ` −${missing}` : ''}`) ??
    info.features?.map((name) => `${name} number`) ??
    info.input_shape.join('×');
  const width = table.inputs.length / info.samples;
  const rows = Array.from({ length: Math.min(3, info.samples) }, (_, i) =>
    Array.from(table.inputs.subarray(i * width, (i + 1) * width)),
  );
  return {
    columns,
    samples: info.samples,
    rows,
    target: info.target.labels ?? [...table.targets].slice(0, 3),
  };
}
