// The rows of a job, wherever they are stored, and what brings them to a program that does not hold all of them.

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
  /** [samples]: what the split column says of each, where there is one; see MARKS in split.ts. */
  readonly marks?: Uint8Array;
  /** Of a column of type text, all of them. */
  readonly texts?: Texts;
}

export interface JobTable extends TableRows {
  /** Opens what fills windows of at most so many rows. */
  filler(form: RowForm, most: number): Filler;
}

/** Fills windows with rows of a table, in the form that a program takes. */
export interface Filler {
  /** As an epoch changes the rows, or as they are (null). One at a time; what it resolves with is there until the next one is asked for. */
  fill(rows: Int32Array, epoch: number | null): Promise<Window>;
  close(): Promise<void>;
}

/** Raw values of a row of the table. */
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

/** All of it in memory. */
export function allInMemory({ info, inputs, targets, marks, texts }: TableRows): StoredTable {
  return {
    info,
    inputs: allOf(inputs),
    targets: allOf(targets),
    ...(marks && { marks }),
    ...(texts && { texts }),
  };
}

/** Whose windows are filled when they are asked for, on this thread. */
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
