// A cell of text as a number.

import { FLOAT32_MAX } from './flatten.ts';

/** The number that `cell` (trimmed) writes in decimal, or why it is none. */
export function cellNumber(cell: string): number | string {
  const value = Number(cell);
  // Number() also reads '' as 0 and 0x10 as 16; a table means neither.
  if (Number.isFinite(value) && cell !== '' && !/^[+-]?0[xob]/i.test(cell)) {
    return Math.abs(value) > FLOAT32_MAX ? `${cell} is beyond the range of float32` : value;
  }
  if (cell === '') return 'the cell is empty';
  const shown = JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}…` : cell);
  if (/^[+-]?(nan|inf|infinity|na|n\/a|null|none)$/i.test(cell) || Number.isNaN(value) === false) {
    return `${shown} is not a finite number`;
  }
  const point = cell.replace(',', '.');
  const comma = /^[+-]?\d+,\d+$/.test(cell) ? `: decimals are written with a point, ${point}` : '';
  return `${shown} is not a number${comma}`;
}
