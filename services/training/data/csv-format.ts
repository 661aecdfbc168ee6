// What can be told of a file from its first bytes: whether it is a CSV at all, and what separates its cells; and the parser
// for what it says.

import { type Info, type Parser, parse } from 'csv-parse';

const MAGIC: readonly [name: string, bytes: readonly number[]][] = [
  ['a PNG image', [0x89, 0x50, 0x4e, 0x47]],
  ['a JPEG image', [0xff, 0xd8, 0xff]],
  ['a PDF', [0x25, 0x50, 0x44, 0x46]],
  ['a ZIP archive (an Excel workbook is one: save it as CSV)', [0x50, 0x4b, 0x03, 0x04]],
  ['compressed with gzip: unpack it first', [0x1f, 0x8b]],
  ['a NumPy array', [0x93, 0x4e, 0x55, 0x4d]],
  ['a Parquet file', [0x50, 0x41, 0x52, 0x31]],
  ['text in UTF-16: save it as UTF-8', [0xff, 0xfe]],
  ['text in UTF-16: save it as UTF-8', [0xfe, 0xff]],
];

const DELIMITERS = [',', ';', '\t'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** What the file is instead of a CSV, or null where nothing speaks against it. */
export function notCsv(head: Uint8Array): string | null {
  for (const [name, bytes] of MAGIC) {
    if (bytes.every((byte, i) => head[i] === byte)) return name;
  }
  if (head.includes(0)) return 'a binary file (it holds NUL bytes)';
  const text = withoutBom(head);
  if (/^\s*(\{\s*"|\[\s*[[{"\d-])/.test(text)) return 'JSON: post it as {"inputs": …, "targets": …} instead';
  return null;
}

/** The delimiter that stands most often in the first line, outside quotes. */
export function detectDelimiter(head: Uint8Array): Delimiter {
  const counts = new Map<string, number>(DELIMITERS.map((delimiter) => [delimiter, 0]));
  let quoted = false;
  let seen = false;
  for (const char of withoutBom(head)) {
    if (char === '"') quoted = !quoted;
    else if (quoted) continue;
    else if ((char === '\n' || char === '\r') && seen) break;
    else if (counts.has(char)) counts.set(char, counts.get(char)! + 1);
    if (char.trim() !== '') seen = true;
  }
  return DELIMITERS.reduce((best, next) => (counts.get(next)! > counts.get(best)! ? next : best));
}

/** A quick look needs no more than this; what comes after is checked as it is read. */
const HEAD = 64 * 1024;

function withoutBom(head: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: false }).decode(head.subarray(0, HEAD));
}

/** One row of the widest table with long cells; more is an unclosed quote swallowing the file. */
const MAX_ROW_BYTES = 4 * 2 ** 20;

/**
 * How a CSV is read, for datasets and for predict alike. Rows are used up as they come and never queued in the stream.
 * @param head the first bytes of the file
 */
export function csvParser(head: Uint8Array, onRow: (cells: string[], info: Info) => void): Parser {
  return parse({
    bom: true,
    delimiter: detectDelimiter(head),
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
