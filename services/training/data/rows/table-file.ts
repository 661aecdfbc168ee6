// Stored tables as files of which only the accessed rows are in memory: the job's own, and the datasets held out whole.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { readAhead } from '../../feed/read-ahead.ts';
import { headerLength, readHeader, SafetensorsError, type TensorPlace } from '../../model/safetensors.ts';
import { sizeOf } from '../../model/shape.ts';
import { encodedWidth, rawOfEncoded } from '../encoded-table.ts';
import { numbersFor, type TableDType } from '../numbers.ts';
import { rowsInFile } from './file-rows.ts';
import { type JobTable, rawWidth, type TableRows } from './job-table.ts';
import { type Held, joinRows } from './join.ts';
import { allOf, type Rows } from './rows.ts';

/** File paths. */
export interface TableFiles {
  readonly own: string;
  readonly held: Held<string>;
}

/** Opens a job's table from its files, with a thread that reads windows ahead. @throws Error if a file is missing or not a stored table */
export function openTable(files: TableFiles): JobTable & Disposable {
  const rows = openRows(files);
  return { ...rows, filler: (form, most) => readAhead(files, form, most) };
}

/** The same without reading ahead: for the read-ahead thread itself. */
export function openRows({ own, held }: TableFiles): TableRows & Disposable {
  using opened = new DisposableStack();
  const open = (file: string) => {
    const descriptor = openSync(file, 'r');
    opened.defer(() => closeSync(descriptor));
    return readTable(descriptor, path.basename(file));
  };
  const table = joinRows(open(own), {
    ...(held.validation !== undefined && { validation: open(held.validation) }),
    ...(held.test !== undefined && { test: open(held.test) }),
  });
  const kept = opened.move();
  return { ...table, [Symbol.dispose]: () => kept.dispose() };
}

function readTable(descriptor: number, name: string): TableRows {
  try {
    return tableAt(descriptor, name);
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    throw new Error(`${name} is not a stored table, or was truncated: ${error.message}`);
  }
}

function tableAt(descriptor: number, name: string): TableRows {
  const { size } = fstatSync(descriptor);
  const first = new Uint8Array(8);
  readSync(descriptor, first, 0, 8, 0);
  const json = new Uint8Array(headerLength(first, size));
  readSync(descriptor, json, 0, json.length, 8);
  const start = 8 + json.length;
  const { tensors, metadata } = readHeader(json, size - start);
  const info = DatasetInfo.parse(JSON.parse(metadata.get('epochd') ?? 'null'));
  const rowsOf = (tensor: string, width: number): Rows => {
    const { dtype, begin, end } = tensors.get(tensor) ?? missing(name, tensor);
    if (!isTableDType(dtype)) throw new Error(`${name} contains ${tensor} of ${dtype}, which no table has`);
    const rows = rowsInFile({ descriptor, name, begin: start + begin }, dtype, info.samples, width);
    if (rows.bytes !== end - begin) throw new Error(`${name} contains ${tensor} of the wrong size`);
    return rows;
  };
  const { columns } = info;
  const texts = tensors.get('texts');
  return {
    info,
    inputs: tensors.has('columns')
      ? rowsOf('columns', rawWidth(info))
      : columns === undefined
        ? rowsOf('inputs', sizeOf(info.input_shape))
        : rawRows(info, rowsOf('inputs', encodedWidth(columns))),
    targets: rowsOf('targets', sizeOf(info.target.shape)),
    ...(tensors.has('split') && { marks: allOf(rowsOf('split', 1)) as Uint8Array }),
    ...(texts !== undefined && {
      texts: {
        bytes: bytesAt(descriptor, start + texts.begin, start + texts.end),
        ends: allOf(rowsOf('text_ends', 1)) as Int32Array,
      },
    }),
  };
}

function bytesAt(descriptor: number, begin: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - begin);
  for (let at = 0; at < bytes.length; ) {
    const read = readSync(descriptor, bytes, at, bytes.length - at, begin + at);
    if (read === 0) throw new Error('the file of a table is shorter than its texts');
    at += read;
  }
  return bytes;
}

function isTableDType(dtype: TensorPlace['dtype']): dtype is TableDType {
  return dtype === 'F64' || dtype === 'F32' || dtype === 'I32' || dtype === 'U8';
}

function missing(name: string, tensor: string): never {
  throw new Error(`${name} is not a stored table: it has no ${tensor}`);
}

/** Raw rows of a table stored by an earlier version. */
function rawRows(info: DatasetInfo, encoded: Rows): Rows {
  const width = rawWidth(info);
  return {
    count: encoded.count,
    width,
    dtype: 'F64',
    copy(rows, out) {
      const inputs = numbersFor(encoded.dtype, rows.length * encoded.width);
      encoded.copy(rows, inputs);
      out.set(rawOfEncoded(info.columns!, inputs));
    },
  };
}
