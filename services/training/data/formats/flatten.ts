// From nested JSON arrays to one flat array and the shape of a row; every entry that does not fit is reported.

import type { Detail } from '#contracts/errors.ts';
import { NumberBlocks } from '../rows/number-blocks.ts';

export const MAX_DETAILS = 100;
const MAX_RANK = 8;
/** The largest finite float32. */
export const FLOAT32_MAX = 3.4028234663852886e38;

export interface FlatRows {
  readonly values: Float64Array;
  readonly details: Detail[];
}

/** Why a cell is not a usable number, or null. */
export function cellProblem(cell: unknown): string | null {
  if (typeof cell === 'number') {
    if (!Number.isFinite(cell)) return `${cell} is not a finite number`;
    return Math.abs(cell) > FLOAT32_MAX ? `${cell} is beyond the range of float32` : null;
  }
  if (cell === undefined || cell === null)
    return `${cell === null ? 'null' : 'nothing'} where a number is expected`;
  if (Array.isArray(cell)) return 'an array where a number is expected';
  if (typeof cell === 'string') return `${JSON.stringify(cell.slice(0, 40))} is text, not a number`;
  return `${typeof cell} where a number is expected`;
}

/** The shape each row must have, and the words that explain the requirement in error messages. */
export interface Wanted {
  readonly shape: readonly number[];
  readonly because: string;
  /** Index of the first row, if `rows` is not the beginning; defaults to 0. */
  readonly first?: number;
}

/** Walks `rows` [rows, …shape]; every row must have the wanted shape; true and false count as 1 and 0. Stops after MAX_DETAILS problems. */
export function flattenRows(rows: readonly unknown[], path: string, wanted: Wanted): FlatRows {
  const { shape, because, first = 0 } = wanted;
  const details: Detail[] = [];
  const values = new NumberBlocks(rows.length * shape.reduce((product, n) => product * n, 1));
  const refuse = (param: string, code: string, message: string) => details.push({ param, code, message });
  const walk = (cell: unknown, depth: number, at: string): void => {
    const expected = shape[depth];
    if (expected === undefined) {
      const problem = typeof cell === 'boolean' ? null : cellProblem(cell);
      if (problem !== null) refuse(at, 'not_a_number', problem);
      values.push(Number(cell));
    } else if (!Array.isArray(cell)) {
      refuse(at, 'ragged', `${describe(cell)}, but ${because} an array of ${expected} here`);
    } else if (cell.length !== expected) {
      refuse(at, 'ragged', `${cell.length} entries, but ${because} ${expected} here`);
    } else if (depth === shape.length - 1) {
      // Nearly all the time is spent in the innermost arrays, so paths are built only for bad cells.
      for (let i = 0; i < expected; i++) {
        const value = cell[i];
        if (typeof value === 'number' && value <= FLOAT32_MAX && value >= -FLOAT32_MAX) values.push(value);
        else if (details.length < MAX_DETAILS) walk(value, depth + 1, `${at}[${i}]`);
      }
    } else {
      for (let i = 0; i < expected && details.length < MAX_DETAILS; i++)
        walk(cell[i], depth + 1, `${at}[${i}]`);
    }
  };
  for (let i = 0; i < rows.length && details.length < MAX_DETAILS; i++)
    walk(rows[i], 0, `${path}[${first + i}]`);
  return { values: details.length > 0 ? new Float64Array(0) : values.takeNow(), details };
}

function describe(cell: unknown): string {
  return typeof cell === 'number' ? `the number ${cell}` : cell === null ? 'null' : typeof cell;
}

/**
 * The shape of the first row, or why it has none; rows that deviate from it are found by the walk. Unless `scalars` is set, a row must be
 * an array.
 */
export function rowShape(rows: readonly unknown[], { scalars }: { scalars: boolean }): number[] | string {
  const shape: number[] = [];
  let here = rows[0];
  while (Array.isArray(here)) {
    if (here.length === 0) return 'an empty array';
    if (shape.length === MAX_RANK) return `nested more than ${MAX_RANK} deep`;
    shape.push(here.length);
    here = here[0];
  }
  if (shape.length === 0 && !scalars)
    return 'must be an array of numbers: the inputs are [[1, 2], [3, 4]], one entry per sample';
  return shape;
}
