// A dataset in memory and in its stored form: one table of inputs (as given, before any preprocessing) and one of targets. The stored form
// is a safetensors file, so any other program can read it.

import { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { Interpretation } from '#contracts/interpreted.ts';
import { joined } from '../job/joined.ts';
import { decodeSafetensors, type SafeTensor, safetensorsPieces } from '../model/safetensors.ts';
import type { SeriesCard } from '../series/card.ts';
import type { Texts } from '../text/texts.ts';
import { rawOfEncoded } from './encoded-table.ts';
import { safeDTypeOf, type TableNumbers } from './numbers.ts';
import type { JobInfo } from './rows/join.ts';
import type { TargetScale } from './target-scale.ts';

export interface StoredTable {
  readonly info: JobInfo;
  /** [samples, …input_shape], row-major; with `info.columns`, raw values (see raw.ts) [samples, columns that are not ignored]. */
  readonly inputs: TableNumbers;
  /** [samples, …target.shape]: numbers, or class indices if the target has labels. */
  readonly targets: TableNumbers;
  /** [samples]: the part that the split column assigns to each sample, if there is one; see MARKS in split.ts. */
  readonly marks?: Uint8Array;
  /** If the samples are windows of a series: what predict needs to forecast it, and the scale of each forecast column. */
  readonly series?: { readonly card: SeriesCard; readonly scale: TargetScale | null };
  /** The texts of a column of type text; `inputs` holds their lengths. */
  readonly texts?: Texts;
}

/** The first rows cell by cell, under the names of their columns. */
export interface TablePreview {
  readonly columns: string[];
  readonly rows: (string | number | unknown[])[][];
}

export interface ReadTable {
  readonly info: DatasetInfo;
  readonly preview: TablePreview;
  readonly table: StoredTable;
  /** Whatever was not in the default form, and how it was interpreted. */
  readonly interpreted?: readonly Interpretation[];
}

export const PREVIEW_ROWS = 100;
/** A table with very many columns previews fewer rows. */
const PREVIEW_CELLS = 50_000;

export function previewRows(columns: number): number {
  return Math.max(1, Math.min(PREVIEW_ROWS, Math.floor(PREVIEW_CELLS / Math.max(1, columns))));
}

/** The stored form in pieces to be written one after the other, to avoid a second copy of the numbers. */
export function tablePieces(table: StoredTable): Uint8Array[] {
  const { info, inputs, targets, marks, texts } = table;
  const kept = info.columns?.filter(({ type }) => type !== 'ignore').length;
  const shape = kept === undefined ? info.input_shape : [kept];
  const tensors = new Map<string, SafeTensor>([
    [
      kept === undefined ? 'inputs' : 'columns',
      { dtype: safeDTypeOf(inputs), shape: [info.samples, ...shape], bytes: bytesOf(inputs) },
    ],
    [
      'targets',
      {
        dtype: safeDTypeOf(targets),
        shape: [info.samples, ...info.target.shape],
        bytes: bytesOf(targets),
      },
    ],
  ]);
  if (marks !== undefined) tensors.set('split', { dtype: 'U8', shape: [info.samples], bytes: marks });
  if (texts !== undefined) {
    tensors.set('text_ends', { dtype: 'I32', shape: [info.samples], bytes: bytesOf(texts.ends) });
    tensors.set('texts', { dtype: 'U8', shape: [texts.bytes.length], bytes: texts.bytes });
  }
  return safetensorsPieces(tensors, new Map([['epochd', JSON.stringify(info)]]));
}

export function encodeTable(table: StoredTable): Uint8Array {
  return joined(tablePieces(table));
}

/** Reads what `encodeTable` wrote. @throws Error if the bytes are anything else, which is our own fault */
export function decodeTable(bytes: Uint8Array): StoredTable {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const info = DatasetInfo.parse(JSON.parse(metadata.get('epochd') ?? 'null'));
  const marks = tensors.get('split')?.bytes;
  const texts = tensors.get('texts')?.bytes;
  const columns = tensors.get('columns');
  const inputs = numbersOf(columns ?? tensors.get('inputs'));
  return {
    info,
    inputs: columns === undefined && info.columns !== undefined ? rawOfEncoded(info.columns, inputs) : inputs,
    targets: numbersOf(tensors.get('targets')),
    ...(marks === undefined ? {} : { marks }),
    ...(texts === undefined
      ? {}
      : { texts: { bytes: texts, ends: numbersOf(tensors.get('text_ends')) as Int32Array } }),
  };
}

function numbersOf(tensor: SafeTensor | undefined): TableNumbers {
  const { dtype, bytes } = tensor ?? { dtype: null, bytes: new Uint8Array() };
  switch (dtype) {
    case 'F64':
      return new Float64Array(...alignedView(bytes, 8));
    case 'F32':
      return new Float32Array(...alignedView(bytes, 4));
    case 'I32':
      return new Int32Array(...alignedView(bytes, 4));
    case 'U8':
      return new Uint8Array(...alignedView(bytes, 1));
    default:
      throw new Error('not a stored table');
  }
}

export function bytesOf(array: TableNumbers): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** A typed array needs an aligned start: the file layout guarantees one, but the caller's buffer may begin anywhere. */
export function alignedView(bytes: Uint8Array, width: number): [ArrayBuffer, number, number] {
  // Not slice(), which for a Buffer returns a view.
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  return [aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / width];
}
