// Reads Parquet as a dataset, one row group at a time.

import { type FileHandle, open } from 'node:fs/promises';
import { parquetMetadataAsync, parquetScan, parquetSchema, snappyUncompress } from 'hyparquet';
import { Problem } from '#contracts/errors.ts';
import type { ColumnChoice } from '../columns/columns.ts';
import type { ReadTable } from '../table.ts';
import { type FileColumn, type Group, readColumnar } from './columnar.ts';
import { fileProblem } from './file-problem.ts';
import type { Noted } from './noted.ts';
import { brotli, by, gzip, lz4Raw, zstd } from './unpack.ts';

export function isParquet(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 4)).toString('latin1') === 'PAR1';
}

const COMPRESSORS = {
  SNAPPY: by(snappyUncompress),
  GZIP: gzip,
  BROTLI: brotli,
  ZSTD: zstd,
  LZ4_RAW: lz4Raw,
};

/** @throws Problem */
export async function readParquet(path: string, choice: ColumnChoice, noted: Noted = {}): Promise<ReadTable> {
  noted.format = 'parquet';
  await using handle = await open(path);
  const file = { byteLength: (await handle.stat()).size, slice: slicesOf(handle) };
  try {
    const metadata = await parquetMetadataAsync(file);
    const columns = parquetSchema(metadata).children.map(columnOf);
    const scan = await parquetScan({ file, metadata, compressors: COMPRESSORS });
    let first = 0;
    const groups = metadata.row_groups.map(({ num_rows }): Group => {
      const [rowStart, rows] = [first, Number(num_rows)];
      first += rows;
      const range = { rowStart, rowEnd: rowStart + rows };
      return { first: rowStart, rows, read: (i) => scan.readColumn({ column: columns[i]!.name, ...range }) };
    });
    return await readColumnar('parquet', columns, first, groups, choice, noted);
  } catch (error) {
    if (error instanceof Problem) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw fileProblem('malformed', `the file is not a well-formed Parquet file: ${why.slice(0, 200)}`);
  }
}

const slicesOf =
  (handle: FileHandle) =>
  async (start: number, end?: number): Promise<ArrayBuffer> => {
    const length = Math.max(0, (end ?? (await handle.stat()).size) - start);
    const bytes = new Uint8Array(new ArrayBuffer(length));
    const { bytesRead } = await handle.read(bytes, 0, length, start);
    if (bytesRead < length) throw new Error('it is truncated');
    return bytes.buffer;
  };

type Tree = ReturnType<typeof parquetSchema>;

function columnOf({ element, children, path }: Tree): FileColumn {
  const { name } = element;
  const isList = element.repetition_type === 'REPEATED' || element.converted_type === 'LIST';
  if (children.length === 0 && !isList) return { name, nested: null };
  return { name, nested: { path: leafOf(children[0], path), what: isList ? 'a list' : 'an object' } };
}

function leafOf(tree: Tree | undefined, above: readonly string[]): string {
  return tree === undefined ? above.join('.') : leafOf(tree.children[0], tree.path);
}
