// Reads a CSV file as a dataset: a header, feature columns, and a target of numbers or of text (then classes). It is streamed row by row,
// so a large file costs only the memory of its numbers. Every bad cell is reported with row and column; rows are counted as lines of the
// file, the header being line 1.

import type { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { CsvError } from 'csv-parse';
import type { Interpretation } from '#contracts/interpreted.ts';
import type { ColumnChoice } from '../columns/columns.ts';
import type { ReadTable } from '../table.ts';
import { CsvRows } from './csv-rows.ts';
import { HEAD_BYTES, type OpenCsv, openCsv } from './csv-text.ts';
import { TextError } from './encoding.ts';
import { fileProblem } from './file-problem.ts';
import type { Noted } from './noted.ts';

/**
 * @param noted receives what is learned about the file, even if the file is refused in the end
 * @throws Problem('invalid_dataset') with the first MAX_DETAILS details; the message counts them all.
 */
export async function readCsv(
  file: Readable | AsyncIterable<Uint8Array>,
  choice: ColumnChoice,
  noted: Noted = {},
): Promise<ReadTable> {
  const source = file[Symbol.asyncIterator]();
  const { head, rest, whole } = await readHead(source);
  if (head.length === 0) throw fileProblem('empty', 'the file is empty');
  const reader = new CsvRows(choice, noted);
  noted.format = 'csv';
  let csv: OpenCsv | null = null;
  try {
    csv = openCsv(
      head,
      whole,
      choice,
      (cells, info) => reader.line(cells, info),
      (dialect) => {
        reader.decimal = dialect.decimal;
        noted.dialect = { ...dialect, encoding: 'utf-8', header: choice.header !== 'false' };
      },
    );
    await feed(csv, rest, source);
    noted.dialect = { ...noted.dialect!, encoding: csv.text.encoding };
  } catch (error) {
    if (error instanceof TextError) throw fileProblem(error.code, `the file is ${error.message}`);
    if (error instanceof CsvError) throw malformed(error);
    throw error;
  } finally {
    csv?.parser.destroy();
    // The client may stop sending a file that is already refused.
    await source.return?.();
  }
  const read = await reader.finish();
  return { ...read, interpreted: [...(read.interpreted ?? []), ...foundOf(noted.dialect!, choice)] };
}

/** The parts of the dialect that were detected and differ from the default. */
function foundOf(dialect: NonNullable<Noted['dialect']>, choice: ColumnChoice): Interpretation[] {
  const usual = { encoding: 'utf-8', delimiter: ',', decimal: '.', quote: '"' } as const;
  return (['encoding', 'delimiter', 'decimal', 'quote'] as const)
    .filter((part) => dialect[part] !== usual[part] && !(part !== 'quote' && choice[part] !== undefined))
    .map((param) => ({ param, from: null, to: dialect[param] }));
}

/** The parser's error, with the last line it read. */
function malformed({ code, message, ...where }: CsvError) {
  const { lines } = where as { lines?: number };
  const why =
    code === 'CSV_QUOTE_NOT_CLOSED'
      ? 'a quote is never closed'
      : code === 'CSV_MAX_RECORD_SIZE'
        ? 'a row is longer than 4 MiB: is a quote in it never closed?'
        : message;
  const line = lines === undefined ? '' : ` (up to line ${lines})`;
  return fileProblem('malformed', `the file is not a well-formed CSV: ${why}${line}`);
}

/** Enough of the start to recognize the file, plus the rest of the last piece. */
async function readHead(source: AsyncIterator<Uint8Array>) {
  const pieces: Uint8Array[] = [];
  let size = 0;
  let whole = false;
  while (size < HEAD_BYTES) {
    const { value, done } = await source.next();
    whole = done === true;
    if (whole) break;
    pieces.push(value);
    size += value.byteLength;
  }
  const all = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  const head = all.subarray(0, HEAD_BYTES);
  return { head, rest: all.subarray(head.length), whole: whole && all.length <= HEAD_BYTES };
}

function feed({ parser, text, first }: OpenCsv, rest: Uint8Array, source: AsyncIterator<Uint8Array>) {
  return new Promise<void>((resolve, reject) => {
    parser.on('error', reject).on('end', resolve).resume();
    const write = (piece: Uint8Array) =>
      new Promise<void>((written) => {
        if (parser.write(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength))) written();
        else parser.once('drain', written);
      });
    const parse = async (piece: Uint8Array) => {
      await write(text.take(piece));
      await turn();
    };
    const pump = async () => {
      await write(first);
      // A body that arrives in one piece is parsed in slices, to yield to the event loop between them.
      for (const piece of slices(rest)) await parse(piece);
      for (let next = await source.next(); next.done !== true; next = await source.next()) {
        for (const piece of slices(next.value)) await parse(piece);
      }
      await write(text.end());
      parser.end();
    };
    pump().catch(reject);
  });
}

function* slices(bytes: Uint8Array, size = HEAD_BYTES): Generator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += size) yield bytes.subarray(start, start + size);
}
