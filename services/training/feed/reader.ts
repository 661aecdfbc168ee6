// The thread of read-ahead.ts: receives row numbers, reads these rows into the shared window, and reports back.

import { parentPort, workerData } from 'node:worker_threads';
import { makerOf, type RowForm, windowOf } from '../data/rows/row-form.ts';
import { openRows, type TableFiles } from '../data/rows/table-file.ts';

export interface ReaderData {
  readonly files: TableFiles;
  readonly form: RowForm;
  /** The window. The main thread does not touch it until it is filled, nor this one until the next request. */
  readonly buffer: SharedArrayBuffer;
}

export interface Asked {
  readonly rows: Int32Array;
  readonly epoch: number | null;
}

export interface Filled {
  /** Why the window could not be filled; null if it was. */
  readonly failed: string | null;
}

const { files, form, buffer } = workerData as ReaderData;
let make: ReturnType<typeof makerOf> | null = null;

function fill({ rows, epoch }: Asked): Filled {
  try {
    make ??= makerOf(openRows(files), form);
    make(rows, windowOf(form, rows.length, buffer), epoch);
    return { failed: null };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

parentPort!.on('message', (asked: Asked) => parentPort!.postMessage(fill(asked)));
