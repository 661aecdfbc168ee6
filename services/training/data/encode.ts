// A cell of a typed column as the inputs that it becomes: a number (NaN where it is missing), or a 1 at the place of its
// category. The same for a dataset and for predict.

import type { Column } from '#contracts/dataset.ts';
import { didYouMean } from '#contracts/nearest.ts';
import { cellNumber, type ReadNumber } from './cell.ts';
import { cellProblem } from './flatten.ts';

/** How a table writes that it holds no number. */
const NO_NUMBER = /^(|na|n\/a|nan|null|none)$/i;

export function isNoNumber(cell: string): boolean {
  return NO_NUMBER.test(cell);
}

export function inputsOf({ name, type, categories = [] }: Column): string[] {
  if (type === 'ignore') return [];
  return type === 'number' ? [name] : categories.map((category) => `${name}=${category}`);
}

/** The inputs that say whether a sample is of a category. */
export function indicatorsOf(columns: readonly Column[]): number[] {
  const types = columns.flatMap((column) => inputsOf(column).map(() => column.type));
  return [...types.keys()].filter((i) => types[i] === 'category');
}

/** The column's inputs for one cell of a CSV, or why there are none. */
export function encodeCell(
  column: Column,
  cell: string,
  read: ReadNumber = cellNumber,
): readonly number[] | string {
  if (column.type === 'ignore') return [];
  if (column.type === 'category') return encodeCategory(column, cell);
  if (isNoNumber(cell)) return missing(column);
  const value = read(cell);
  return typeof value === 'number' ? [value] : value;
}

/** The same for a value of a record: null is an empty cell. */
export function encodeValue(column: Column, value: unknown): readonly number[] | string {
  if (column.type === 'ignore') return [];
  if (column.type === 'category') {
    const known = value === null || ['string', 'number', 'boolean'].includes(typeof value);
    return known
      ? encodeCategory(column, String(value ?? '').trim())
      : 'must be one of its categories, as text';
  }
  if (value === null) return missing(column);
  return cellProblem(value) ?? [value as number];
}

function encodeCategory({ categories = [] }: Column, cell: string): readonly number[] | string {
  const at = categories.indexOf(cell);
  if (at >= 0) return categories.map((_, i) => (i === at ? 1 : 0));
  if (cell === '') return 'is empty, which it never was in the dataset';
  const shown = cell.slice(0, 100);
  return `${JSON.stringify(shown)} is no category that the dataset has; ${didYouMean(shown, categories.slice(0, 50))}`;
}

function missing(column: Column): readonly number[] | string {
  return column.missing > 0 ? [Number.NaN] : 'is empty, which it never was in the dataset';
}
