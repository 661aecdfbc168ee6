// Reads rows of a stored table directly from its file: row i of a tensor that starts at byte b, with w bytes per row, is the w bytes at b
// + i·w. Rows close to each other in the file are read together, in whatever order they are wanted.

import { readSync } from 'node:fs';
import { DTYPE_BYTES } from '../../model/safetensors.ts';
import type { TableDType } from '../numbers.ts';
import type { Rows } from './rows.ts';

/** The largest gap in bytes between two rows that is read along with them: a separate call costs as much. */
const GAP = 8 * 1024;
/** Bytes read at once if some of them are not wanted. */
const PIECE = 2 ** 20;

export interface Place {
  readonly descriptor: number;
  /** For error messages. */
  readonly name: string;
  /** Offset of row 0 in bytes. */
  readonly begin: number;
}

/** @returns also the total size of the rows in bytes */
export function rowsInFile(
  place: Place,
  dtype: TableDType,
  count: number,
  width: number,
): Rows & { readonly bytes: number } {
  const bytes = width * DTYPE_BYTES[dtype];
  const piece = new Uint8Array(Math.max(PIECE, bytes));
  return {
    count,
    width,
    dtype,
    bytes: count * bytes,
    copy(rows, out) {
      const into = new Uint8Array(out.buffer, out.byteOffset, rows.length * bytes);
      const order = ascending(rows);
      for (let i = 0; i < rows.length; ) {
        const { end, straight } = spanFrom(rows, order, i, bytes);
        const first = rows[order[i]!]!;
        const length = (rows[order[end - 1]!]! - first + 1) * bytes;
        const start = order[i]! * bytes;
        if (straight) {
          readExactly(place, into.subarray(start, start + length), first, bytes);
        } else {
          readExactly(place, piece.subarray(0, length), first, bytes);
          for (let j = i; j < end; j++) {
            const at = (rows[order[j]!]! - first) * bytes;
            into.set(piece.subarray(at, at + bytes), order[j]! * bytes);
          }
        }
        i = end;
      }
    },
  };
}

/** Indices into `rows`, in ascending order of the row numbers. */
function ascending(rows: Int32Array): ArrayLike<number> {
  let sorted = true;
  for (let i = 1; i < rows.length && sorted; i++) sorted = rows[i]! >= rows[i - 1]!;
  const count = rows.length;
  if (sorted) return Int32Array.from({ length: count }, (_, i) => i);
  // Packs row and index into one number, so that sorting needs no comparator.
  const keys = Float64Array.from(rows, (row, i) => row * count + i).sort();
  return Int32Array.from(keys, (key) => key % count);
}

/** The rows that are read in one call, starting with the one at `start`, and whether they can be read straight into the output. */
function spanFrom(rows: Int32Array, order: ArrayLike<number>, start: number, bytes: number) {
  const first = rows[order[start]!]!;
  let straight = true;
  let end = start + 1;
  for (; end < rows.length; end++) {
    const row = rows[order[end]!]!;
    const gap = row - rows[order[end - 1]!]! - 1;
    if (straight && gap === 0 && order[end] === order[end - 1]! + 1) continue;
    if (gap * bytes > GAP || (row - first + 1) * bytes > PIECE) break;
    straight = false;
  }
  return { end, straight };
}

function readExactly({ descriptor, name, begin }: Place, into: Uint8Array, row: number, bytes: number): void {
  for (let read = 0; read < into.length; ) {
    const at = begin + row * bytes + read;
    const count = readSync(descriptor, into, read, into.length - read, at);
    if (count === 0) {
      const missing = row + Math.floor(read / bytes);
      throw new Error(`${name} ends at byte ${at}, in row ${missing}: it was truncated`);
    }
    read += count;
  }
}
