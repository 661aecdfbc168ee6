// A CSV file as a dataset: a header, numeric feature columns, and a target of numbers or of text (then classes).
// Read as a stream, row by row, so that a large file costs its numbers and nothing more. Every bad cell is named by
// row and column; a row is counted as a line of the file, the header being line 1.

import type { Readable } from 'node:stream';
import { CsvError, type Parser } from 'csv-parse';
import type { ColumnChoice } from './columns.ts';
import { csvParser, notCsv } from './csv-format.ts';
import { CsvRows } from './csv-rows.ts';
import { fileProblem } from './file-problem.ts';
import type { ReadTable } from './table.ts';
import { Utf8Check } from './utf8.ts';

/** @throws Problem('invalid_dataset') with the first MAX_DETAILS details; the message counts them all. */
export async function readCsv(
  file: Readable | AsyncIterable<Uint8Array>,
  choice: ColumnChoice,
): Promise<ReadTable> {
  const source = file[Symbol.asyncIterator]();
  const head = await readHead(source);
  if (head.length === 0) throw fileProblem('empty', 'the file is empty');
  const other = notCsv(head);
  if (other !== null) throw fileProblem('not_csv', `the file is not a CSV but ${other}`);

  const reader = new CsvRows(choice);
  const parser = csvParser(head, (cells, info) => reader.row(cells, info));
  try {
    const text = new Utf8Check();
    await feed(parser, head, source, text);
  } catch (error) {
    if (error instanceof CsvError)
      throw fileProblem('malformed', `the file is not a well-formed CSV: ${error.message}`);
    throw error;
  } finally {
    parser.destroy();
    // Whoever sends a file that is refused half-way may stop sending.
    await source.return?.();
  }
  return await reader.finish();
}

/** Enough of the start to tell what the file is: the first line, or 64 KiB of it. */
async function readHead(source: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  while (size < 64 * 1024) {
    const { value, done } = await source.next();
    if (done === true) break;
    pieces.push(value);
    size += value.byteLength;
    if (value.includes(0x0a) && size >= 512) break;
  }
  return Buffer.concat(pieces);
}

function feed(
  parser: Parser,
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
  text: Utf8Check,
): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.on('error', reject).on('end', resolve).resume();
    const write = (piece: Uint8Array) =>
      new Promise<void>((written) => {
        text.check(piece);
        if (parser.write(piece)) written();
        else parser.once('drain', written);
      });
    const pump = async () => {
      // A body that came in one piece is parsed in small ones, between which the event loop gets its turns.
      for (const piece of slices(head)) await write(piece);
      for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
        for (const piece of slices(next.value)) await write(piece);
      }
      text.end();
      parser.end();
    };
    pump().catch(reject);
  });
}

function* slices(bytes: Uint8Array, size = 64 * 1024): Generator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += size) yield bytes.subarray(start, start + size);
}
