// The whole table in the program's memory: the program gathers the rows of each batch by the order of the epoch.

import type { Executable } from '#engine/backends/backend.ts';
import type { TableRows } from '../data/rows/job-table.ts';
import { makerOf, type RowForm, rowBytes, windowOf } from '../data/rows/row-form.ts';
import type { Feed } from './feed.ts';

/** Bytes prepared at a time, so that the table is never in memory twice. */
const PIECE = 4 * 2 ** 20;

export function residentFeed(executable: Executable, table: TableRows, form: RowForm): Feed {
  const samples = table.inputs.count;
  writeRows(executable, table, form);
  let written: Int32Array | null = null;
  let end = 0;
  return {
    most: samples,
    begin({ order, to }) {
      if (order !== written) executable.writeOrder(order);
      written = order;
      end = to;
    },
    async bring(at) {
      return { cursor: at, rows: end - at };
    },
    async close() {},
  };
}

function writeRows(executable: Executable, table: TableRows, form: RowForm): void {
  const samples = table.inputs.count;
  // Byte data are written in whole 32-bit words.
  const step = Math.max(1, Math.floor(PIECE / rowBytes(form) / 4)) * 4;
  const make = makerOf(table, form);
  const buffer = new ArrayBuffer(Math.min(step, samples) * rowBytes(form));
  for (let row = 0; row < samples; row += step) {
    const rows = Int32Array.from({ length: Math.min(step, samples - row) }, (_, i) => row + i);
    const window = windowOf(form, rows.length, buffer);
    make(rows, window, null);
    executable.write('inputs', window.inputs, row * form.inputs.width);
    executable.write('targets', window.targets, row * form.targets.width);
  }
}
