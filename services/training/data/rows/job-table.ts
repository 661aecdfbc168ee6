// The rows of a job, wherever they are stored, and how to feed them to a program that does not hold all of them.

import { sizeOf } from '../../model/shape.ts';
import type { Texts } from '../../text/texts.ts';
import { keptColumns } from '../columns/kept-columns.ts';
import type { StoredTable } from '../table.ts';
import type { JobInfo } from './join.ts';
import { makerOf, type RowForm, rowBytes, type Window, windowOf } from './row-form.ts';
import { allOf, type Rows, rowsIn } from './rows.ts';

export interface TableRows {
  readonly info: JobInfo;
  readonly inputs: Rows;
  readonly targets: Rows;
  /** [samples]: the part that the split column assigns to each sample, if there is one; see MARKS in split.ts. */
  readonly marks?: Uint8Array;
  /** All texts of a column of type text. */
  readonly texts?: Texts;
}

export interface JobTable extends TableRows {
  /** @param most maximum number of rows in a window */
  filler(form: RowForm, most: number): Filler;
}

/** Fills windows with rows of a table, in the form a program takes. */
export interface Filler {
  /** Augments the rows for the epoch, or leaves them as they are (null). One call at a time; the window is valid until the next call. */
  fill(rows: Int32Array, epoch: number | null): Promise<Window>;
  close(): Promise<void>;
}

/** Number of raw values in a row of the table. */
export function rawWidth(info: JobInfo): number {
  return keptColumns(info)?.length ?? sizeOf(info.input_shape);
}

export function tableInMemory({ info, inputs, targets, marks, texts }: StoredTable): JobTable {
  return jobTable({
    info,
    inputs: rowsIn(inputs, inputs.length / info.samples),
    targets: rowsIn(targets, sizeOf(info.target.shape)),
    ...(marks && { marks }),
    ...(texts && { texts }),
  });
}

/** Loads the whole table into memory. */
export function allInMemory({ info, inputs, targets, marks, texts }: TableRows): StoredTable {
  return {
    info,
    inputs: allOf(inputs),
    targets: allOf(targets),
    ...(marks && { marks }),
    ...(texts && { texts }),
  };
}

/** A table whose windows are filled on demand, on this thread. */
export function jobTable(table: TableRows): JobTable {
  return { ...table, filler: (form, most) => fillerHere(table, form, most) };
}

function fillerHere(table: TableRows, form: RowForm, most: number): Filler {
  const make = makerOf(table, form);
  const buffer = new ArrayBuffer(most * rowBytes(form));
  return {
    async fill(rows, epoch) {
      const window = windowOf(form, rows.length, buffer);
      make(rows, window, epoch);
      return window;
    },
    async close() {},
  };
}
