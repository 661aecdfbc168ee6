// Argument checks shared by all backends that manage their own memory, where an out-of-range number would silently read or write other
// data.

import type { Stored } from '../expression.ts';
import type { Program } from '../program.ts';
import type { Numbers, RunOptions } from './backend.ts';

/** @param offset start of a partial write; for bytes, on a word boundary. If omitted, the whole slot is written. */
export function checkWrite(
  slot: string,
  values: Numbers,
  { size, dtype }: { readonly size: number; readonly dtype: Stored },
  offset?: number,
): void {
  const fits =
    offset === undefined
      ? values.length === size
      : offset >= 0 && offset + values.length <= size && (dtype !== 'u8' || offset % 4 === 0);
  if (!fits) throw new Error(`slot "${slot}" does not take ${values.length} values`);
  // A typed array would silently truncate other numbers to bytes, and a byte is not the bit pattern of a 4-byte number.
  if ((dtype === 'u8') !== values instanceof Uint8Array)
    throw new Error(`slot "${slot}" holds ${dtype === 'u8' ? 'bytes' : 'numbers of 4 bytes'}`);
}

export function checkOrder({ rows }: Program, order: Int32Array): void {
  if (order.length > rows) throw new Error(`an order of ${order.length} for ${rows} rows`);
  for (const row of order) if (row < 0 || row >= rows) throw new Error(`no row ${row} in ${rows} rows`);
}

/** @param batch rows per step of the entry */
export function checkRun(
  { maxSteps, rows, scalars: names }: Program,
  batch: number,
  { steps, cursor, scalars }: RunOptions,
): void {
  if (steps < 1 || steps > maxSteps) throw new Error(`a run takes 1 to ${maxSteps} steps, not ${steps}`);
  if (rows > 0 && cursor + steps * batch > rows) throw new Error('the run reaches past the end of the order');
  if (scalars.length !== steps * names.length) throw new Error('scalars must have one row a step');
}
