// Parses a text cell as a number.

import { FLOAT32_MAX } from './flatten.ts';

/** The decimal separator. */
export type Decimal = '.' | ',';

/** The value of `cell` (trimmed) as a decimal number, or why it has none. */
export function cellNumber(cell: string): number | string {
  const value = Number(cell);
  // Number() also reads '' as 0 and 0x10 as 16; neither is a number in a table.
  if (Number.isFinite(value) && cell !== '' && !/^[+-]?0[xob]/i.test(cell)) {
    return Math.abs(value) > FLOAT32_MAX ? `${cell} is beyond the range of float32` : value;
  }
  if (cell === '') return 'the cell is empty';
  const shown = JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}…` : cell);
  if (/^[+-]?(nan|inf|infinity|na|n\/a|null|none)$/i.test(cell) || Number.isNaN(value) === false) {
    return `${shown} is not a finite number`;
  }
  const point = cell.replace(',', '.');
  const comma = /^[+-]?\d+,\d+$/.test(cell)
    ? `: decimals are written with a point, ${point}; "decimal": "," reads files with decimal commas`
    : '';
  return `${shown} is not a number${comma}`;
}

const WITH_COMMA = /^[+-]?(\d+|\d{1,3}(\.\d{3})+)?,\d+(e[+-]?\d+)?$/i;
const THOUSANDS = /^[+-]?\d{1,3}(\.\d{3}){2,}$/;

/** The same with a decimal comma: 1,5 and 1.234,5. */
function commaNumber(cell: string): number | string {
  if (WITH_COMMA.test(cell)) return cellNumber(cell.replaceAll('.', '').replace(',', '.'));
  if (THOUSANDS.test(cell)) return cellNumber(cell.replaceAll('.', ''));
  if (!cell.includes('.')) return cellNumber(cell);
  const number = cellNumber(cell);
  if (typeof number !== 'number') return number;
  return `${JSON.stringify(cell.slice(0, 40))} has a point, but decimals are written with a comma`;
}

export type ReadNumber = (cell: string) => number | string;

export function numberReader(decimal: Decimal): ReadNumber {
  return decimal === ',' ? commaNumber : cellNumber;
}

/** Whether a cell is a number with a fraction after this separator. */
export function isDecimal(cell: string, decimal: Decimal): boolean {
  return decimal === ',' ? WITH_COMMA.test(cell) : /^[+-]?\d*\.\d+(e[+-]?\d+)?$/i.test(cell);
}
