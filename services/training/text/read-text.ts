// A plain text file as a dataset: its bytes in UTF-8, unchanged. A language model cuts windows from it itself.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { detectEncoding, type Encoding, TextBytes, TextError } from '../data/formats/encoding.ts';
import { fileProblem } from '../data/formats/file-problem.ts';
import type { Noted } from '../data/formats/noted.ts';
import type { ReadTable } from '../data/table.ts';
import { joined } from '../job/joined.ts';
import { scanText } from './scan.ts';

const PREVIEW_LINES = 100;
const PREVIEW_LINE = 200;
const PREVIEW_BYTES = 64 * 1024;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** @throws Problem if the file is not text, or is empty */
export async function readText(
  file: AsyncIterable<Uint8Array>,
  { encoding }: { readonly encoding?: Encoding | undefined },
  noted: Noted = {},
): Promise<ReadTable> {
  noted.format = 'text';
  const pieces: Uint8Array[] = [];
  let text: TextBytes | null = null;
  try {
    for await (const piece of file) {
      // A detected encoding is passed as if declared, so that an invalid byte is an error rather than a switch to another encoding.
      text ??= new TextBytes(encoding ?? detectEncoding(piece), piece, 'a text');
      pieces.push(Uint8Array.from(text.take(piece)));
    }
    if (text !== null) pieces.push(text.end());
  } catch (error) {
    if (error instanceof TextError) throw fileProblem(error.code, `the file is ${error.message}`);
    throw error;
  }
  const bytes = withoutMark(joined(pieces));
  const scanned = scanText(bytes);
  if (scanned.characters < 2) {
    throw fileProblem(
      'empty',
      scanned.characters === 0 ? 'the file is empty' : 'the text is a single character',
    );
  }
  const info: DatasetInfo = {
    source: 'text',
    samples: bytes.length,
    input_shape: [],
    input_range: { min: 0, max: 255, integral: true },
    input_dtype: 'uint8',
    features: null,
    text: scanned,
    target: { name: null, kind: 'classes', shape: [0], labels: null, min: null, max: null, integral: true },
  };
  const found = text?.encoding ?? 'utf-8';
  const interpreted =
    encoding === undefined && found !== 'utf-8' ? [{ param: 'encoding', from: null, to: found }] : [];
  const preview = { columns: ['text'], rows: linesOf(bytes).map((line) => [line]) };
  noted.preview = preview;
  return { info, preview, table: { info, inputs: bytes, targets: new Uint8Array(0) }, interpreted };
}

function withoutMark(bytes: Uint8Array): Uint8Array {
  return BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte) ? bytes.subarray(3) : bytes;
}

/** The first lines, truncated. */
function linesOf(bytes: Uint8Array): string[] {
  return new TextDecoder()
    .decode(bytes.subarray(0, PREVIEW_BYTES))
    .split('\n', PREVIEW_LINES)
    .map((line) => (line.length > PREVIEW_LINE ? `${line.slice(0, PREVIEW_LINE)}…` : line).trimEnd());
}
