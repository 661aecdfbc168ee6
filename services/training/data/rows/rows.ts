// Rows of numbers, wherever they are stored: in memory, in a file, or one table after another. Fitting goes over them in blocks, so that
// its results have the same bits whether a table fits into memory or not.

import { numbersFor, safeDTypeOf, type TableDType, type TableNumbers } from '../numbers.ts';

export interface Rows {
  readonly count: number;
  /** Numbers per row. */
  readonly width: number;
  readonly dtype: TableDType;
  /** Copies the rows with these numbers, in this order, to the beginning of `out`, an array of `dtype`. */
  copy(rows: Int32Array, out: TableNumbers): void;
}

/** @param numbers [rows, width] */
export function rowsIn(numbers: TableNumbers, width: number): Rows {
  return {
    count: width === 0 ? 0 : numbers.length / width,
    width,
    dtype: safeDTypeOf(numbers),
    copy(rows, out) {
      for (let i = 0; i < rows.length; ) {
        const end = runFrom(rows, i);
        out.set(numbers.subarray(rows[i]! * width, (rows[i]! + end - i) * width), i * width);
        i = end;
      }
    },
  };
}

/** The end of the run of consecutive row numbers that starts at `start`. */
export function runFrom(rows: Int32Array, start: number): number {
  let end = start + 1;
  while (end < rows.length && rows[end] === rows[end - 1]! + 1) end++;
  return end;
}

/** Numbers per block. */
const BLOCK = 2 ** 17;

/** The rows with these numbers, or all rows, in blocks of whole rows; each block is valid until the next one is requested. */
export function* blocksOf(rows: Rows, which?: Int32Array): Generator<TableNumbers> {
  const total = which?.length ?? rows.count;
  const most = Math.min(total, Math.max(1, Math.floor(BLOCK / rows.width)));
  const block = numbersFor(rows.dtype, most * rows.width);
  const numbers = new Int32Array(which === undefined ? most : 0);
  for (let start = 0; start < total; start += most) {
    const count = Math.min(most, total - start);
    const these = which?.subarray(start, start + count) ?? numbers.subarray(0, count);
    if (which === undefined) for (let i = 0; i < count; i++) these[i] = start + i;
    const part = block.subarray(0, count * rows.width);
    rows.copy(these, part);
    yield part;
  }
}

/** The rows in [from, to). */
export function rowsBetween(rows: Rows, from: number, to: number): TableNumbers {
  const numbers = numbersFor(rows.dtype, (to - from) * rows.width);
  rows.copy(
    Int32Array.from({ length: to - from }, (_, i) => from + i),
    numbers,
  );
  return numbers;
}

/** All rows in memory: meant for tables with one number per row. */
export function allOf(rows: Rows): TableNumbers {
  const all = numbersFor(rows.dtype, rows.count * rows.width);
  let at = 0;
  for (const block of blocksOf(rows)) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}

/** Maps a number of another table to this one; `column` is its index in the row. */
export type Renumber = (value: number, column: number) => number;

interface Part {
  readonly rows: Rows;
  /** Null if the numbers stay as they are. */
  readonly renumber: Renumber | null;
}

/** Concatenated in their common type, or as doubles if they differ or are renumbered. */
export function joinedRows(parts: readonly Part[]): Rows {
  const [{ rows: first }] = parts as [Part];
  const { width } = first;
  const alike = parts.every(({ rows, renumber }) => rows.dtype === first.dtype && renumber === null);
  const ends: number[] = [];
  for (const { rows } of parts) ends.push((ends.at(-1) ?? 0) + rows.count);
  const partOf = (row: number) => ends.findIndex((end) => row < end);
  const dtype = alike ? first.dtype : 'F64';
  return {
    count: ends.at(-1)!,
    width,
    dtype,
    copy(rows, out) {
      for (let i = 0; i < rows.length; ) {
        const at = partOf(rows[i]!);
        const begin = at === 0 ? 0 : ends[at - 1]!;
        let end = i + 1;
        while (end < rows.length && partOf(rows[end]!) === at) end++;
        const { rows: own, renumber } = parts[at]!;
        const into = out.subarray(i * width, end * width);
        const source = own.dtype === dtype ? into : numbersFor(own.dtype, into.length);
        own.copy(
          rows.subarray(i, end).map((row) => row - begin),
          source,
        );
        if (source !== into) into.set(source);
        if (renumber !== null) for (let j = 0; j < into.length; j++) into[j] = renumber(into[j]!, j % width);
        i = end;
      }
    },
  };
}
