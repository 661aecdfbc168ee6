// Raw values: what a table stores of a column, one number per cell, and what predict makes of the cells and records it receives. A number
// is itself; a boolean is 0 or 1; a category or ordinal is its index; a datetime is seconds since 1970; a missing value is NaN. A category
// unknown to the dataset is −1 − a hash of it.

import type { Column } from '#contracts/datasets/dataset.ts';
import { didYouMean } from '#contracts/nearest.ts';
import { booleanOf } from '../formats/booleans.ts';
import { cellNumber, type ReadNumber } from '../formats/cell.ts';
import { secondsOf } from '../formats/dates.ts';
import { cellProblem } from '../formats/flatten.ts';

/** The ways tables spell a missing number. */
const NO_NUMBER = /^(|na|n\/a|#n\/a|nan|null|none|nil|\?|--?)$/i;

export function isNoNumber(cell: string): boolean {
  return NO_NUMBER.test(cell);
}

/** What a job accepts beyond what its dataset contains. */
export interface Takes {
  readonly missing: boolean;
  readonly unknown: boolean;
  /** The column may be absent and its cells empty, whatever the dataset contains: the caller checks the rows itself. */
  readonly absent?: boolean;
}

/** FNV-1a over UTF-16 code units, 31 bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 1;
}

export const unknownCode = (text: string) => -1 - hashOf(text);

/** The raw value of one CSV cell, or why it has none. */
export function rawOfCell(
  column: Column,
  cell: string,
  takes: Takes,
  read: ReadNumber = cellNumber,
): number | string {
  if (column.type === 'category') return category(column, cell, takes);
  const { categories = [] } = column;
  if (isNoNumber(cell) && !categories.includes(cell)) return missing(takes);
  if (column.type === 'number') return read(cell);
  return text(column, cell);
}

/** The same for a value in a record; null counts as an empty cell. */
export function rawOfValue(column: Column, value: unknown, takes: Takes): number | string {
  if (column.type === 'category') {
    if (value !== null && !['string', 'number', 'boolean'].includes(typeof value))
      return 'must be one of its categories, as text';
    return category(column, String(value ?? '').trim(), takes);
  }
  if (value === null || value === '') return missing(takes);
  if (column.type === 'number') return cellProblem(value) ?? (value as number);
  if (column.type === 'boolean' && typeof value === 'boolean') return Number(value);
  return typeof value === 'object'
    ? `${column.type} as text, not an object`
    : text(column, String(value).trim());
}

function text({ type, categories = [], order }: Column, given: string): number | string {
  const shown = JSON.stringify(given.slice(0, 100));
  if (type === 'boolean') {
    return booleanOf(given, categories) ?? `${shown} is neither ${categories[1]} nor ${categories[0]}`;
  }
  if (type === 'ordinal') {
    const place = categories.indexOf(given);
    return place >= 0 ? place : `${shown} is none of ${categories.slice(0, 20).join(', ')}`;
  }
  const time = secondsOf(given, 'iso') ?? (order === undefined ? null : secondsOf(given, order));
  return time ?? `${shown} is not a date such as 2024-03-01 or 2024-03-01T12:30:00Z`;
}

function category({ categories = [] }: Column, cell: string, takes: Takes): number | string {
  const at = categories.indexOf(cell);
  if (at >= 0) return at;
  if (cell === '' && takes.absent === true) return Number.NaN;
  if (takes.unknown) return unknownCode(cell);
  if (cell === '') return 'is empty, but the column had no empty cells in the dataset';
  const shown = cell.slice(0, 100);
  return `${JSON.stringify(shown)} is not a category of the dataset; ${didYouMean(shown, categories.slice(0, 50))}`;
}

function missing(takes: Takes): number | string {
  return takes.missing ? Number.NaN : 'is empty, but the column had no empty cells in the dataset';
}
