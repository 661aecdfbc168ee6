// A value of a typed file (JSON, Parquet, Arrow) as the cell of a table.

import type { Cell } from './read-column.ts';

/** The cell, or what kind of nested value a table cannot hold. */
export function cellOf(value: unknown): Cell | { readonly nested: string } {
  switch (typeof value) {
    case 'number':
      return Number.isNaN(value) ? '' : value;
    case 'string':
      return value.trim();
    case 'boolean':
      return String(value);
    case 'bigint':
      return Number(value);
    case 'undefined':
      return '';
    default:
      if (value === null) return '';
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
      return {
        nested: value instanceof Uint8Array ? 'bytes' : Array.isArray(value) ? 'a list' : 'an object',
      };
  }
}

/** Why a nested value cannot be a cell. */
export const nestedProblem = (what: string) =>
  `${what} where a text, a number, true, false or an empty cell is expected: put its contents into separate columns`;
