// Reads Arrow IPC, a file (Feather 2) or a stream: the file is in memory as a whole, and is converted one record batch at a time.

import { readFile } from 'node:fs/promises';
import { CompressionType, type Field, setCompressionCodec, Type, tableFromIPC } from '@uwdata/flechette';
import { Problem } from '#contracts/errors.ts';
import type { ColumnChoice } from '../columns/columns.ts';
import type { ReadTable } from '../table.ts';
import { type FileColumn, type Group, readColumnar } from './columnar.ts';
import { fileProblem } from './file-problem.ts';
import type { Noted } from './noted.ts';
import { lz4, zstd } from './unpack.ts';

export function isArrow(head: Uint8Array): boolean {
  const isFile = Buffer.from(head.subarray(0, 6)).toString('latin1') === 'ARROW1';
  // A stream begins with the continuation marker and the length of its schema.
  return isFile || (head.length >= 8 && head.subarray(0, 4).every((byte) => byte === 0xff) && head[7] === 0);
}

/** @throws Problem */
export async function readArrow(path: string, choice: ColumnChoice, noted: Noted = {}): Promise<ReadTable> {
  noted.format = 'arrow';
  const encode = () => {
    throw new Error('nothing is written');
  };
  setCompressionCodec(CompressionType.ZSTD, { decode: zstd, encode });
  setCompressionCodec(CompressionType.LZ4_FRAME, { decode: lz4, encode });
  try {
    const table = tableFromIPC(await readFile(path), { useDate: true, useBigInt: true });
    const columns = table.schema.fields.map(columnOf);
    const group: Group = {
      first: 0,
      rows: table.numRows,
      read: async (i) => table.getChildAt(i).toArray() as ArrayLike<unknown>,
    };
    return await readColumnar('arrow', columns, table.numRows, [group], choice, noted);
  } catch (error) {
    if (error instanceof Problem) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw fileProblem('malformed', `the file is not well-formed Arrow IPC: ${why.slice(0, 200)}`);
  }
}

const PLAIN: ReadonlySet<number> = new Set([
  ...[Type.Null, Type.Int, Type.Float, Type.Utf8, Type.LargeUtf8, Type.Utf8View, Type.Bool, Type.Decimal],
  ...[Type.Date, Type.Time, Type.Timestamp, Type.Duration, Type.Dictionary],
]);

function columnOf({ name, type }: Field): FileColumn {
  if (PLAIN.has(type.typeId)) return { name, nested: null };
  const children = 'children' in type ? (type.children as Field[]) : [];
  const what = type.typeId === Type.Struct ? 'an object' : children.length > 0 ? 'a list' : 'bytes';
  return { name, nested: { path: [name, ...leafOf(children[0])].join('.'), what } };
}

function leafOf(field: Field | undefined): string[] {
  if (field === undefined) return [];
  const children = 'children' in field.type ? (field.type.children as Field[]) : [];
  return [...(field.name === '' ? [] : [field.name]), ...leafOf(children[0])];
}
