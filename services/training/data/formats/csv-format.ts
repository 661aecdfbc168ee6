// Recognizes a CSV from its first bytes, and creates the parser for its dialect.

import { type Info, type Parser, parse } from 'csv-parse';
import type { Dialect } from './dialect.ts';

const MAGIC: readonly [name: string, bytes: readonly number[]][] = [
  ['a PNG image', [0x89, 0x50, 0x4e, 0x47]],
  ['a JPEG image', [0xff, 0xd8, 0xff]],
  ['a PDF', [0x25, 0x50, 0x44, 0x46]],
  ['a ZIP archive (an Excel workbook is one; save it as CSV)', [0x50, 0x4b, 0x03, 0x04]],
  ['an Excel workbook from before 2007: save it as CSV', [0xd0, 0xcf, 0x11, 0xe0]],
  ['compressed with gzip: unpack it first', [0x1f, 0x8b]],
  ['compressed with zstd: unpack it first', [0x28, 0xb5, 0x2f, 0xfd]],
  ['compressed with bzip2: unpack it first', [0x42, 0x5a, 0x68]],
  ['an HDF5 file', [0x89, 0x48, 0x44, 0x46]],
  ['an SQLite database', [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20]],
  ['a NumPy array', [0x93, 0x4e, 0x55, 0x4d]],
  ['a Parquet file', [0x50, 0x41, 0x52, 0x31]],
  ['a Feather file of version 1: write version 2', [0x46, 0x45, 0x41, 0x31]],
];

/** What the file is instead of a CSV, or null if it may be one. */
export function notCsv(head: Uint8Array): string | null {
  for (const [name, bytes] of MAGIC) {
    if (bytes.every((byte, i) => head[i] === byte)) return name;
  }
  return null;
}

/** The same, judged by the decoded text. */
export function notCsvText(text: string): string | null {
  if (/^\s*(\{\s*"|\[\s*[[{"\d-])/.test(text)) return 'JSON';
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) return 'an HTML or XML page: did the download go wrong?';
  return null;
}

/** Fits one row of the widest table with long cells; a longer one is an unclosed quote swallowing the file. */
const MAX_ROW_BYTES = 4 * 2 ** 20;

/** The CSV parser for both datasets and predict. Rows are passed to `onRow` as they are parsed and never queued in the stream. */
export function csvParser(
  { delimiter, quote }: Dialect,
  onRow: (cells: string[], info: Info) => void,
): Parser {
  return parse({
    bom: true,
    delimiter,
    quote,
    // All of them: a file may mix line endings.
    record_delimiter: ['\r\n', '\n', '\r'],
    // 5" pipe: a quote inside an unquoted cell is literal.
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: MAX_ROW_BYTES,
    on_record: (cells: string[], info: Info) => {
      onRow(cells, info);
      return null;
    },
  });
}
