// A CSV file as a dataset: a header, numeric feature columns, and a target of numbers or of text (then classes).
// Read as a stream, row by row, so that a large file costs its numbers and nothing more. Every bad cell is named by
// row and column; a row is counted as a line of the file, the header being line 1.

import type { Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { type Detail, Problem, problemOf } from '#contracts/errors.ts';
import { formatPath } from '#contracts/problems.ts';
import { cellNumber } from './cell.ts';
import { type ColumnChoice, type Columns, chooseColumns } from './columns.ts';
import { detectDelimiter, notCsv } from './csv-format.ts';
import { MAX_DETAILS } from './flatten.ts';
import { NumberBlocks } from './number-blocks.ts';
import { previewRows, type ReadTable, type TablePreview } from './table.ts';
import { TargetColumn } from './target-column.ts';

/** One row of the widest table with long cells; more is an unclosed quote swallowing the file. */
const MAX_ROW_BYTES = 4 * 2 ** 20;
const MAX_SHOWN_CELL = 200;

/** @throws Problem('invalid_dataset') with the first MAX_DETAILS details; the message counts them all. */
export async function readCsv(
  file: Readable | AsyncIterable<Uint8Array>,
  choice: ColumnChoice,
): Promise<ReadTable> {
  const source = file[Symbol.asyncIterator]();
  const head = await readHead(source);
  if (head.length === 0) throw refusal('empty', 'the file is empty');
  const other = notCsv(head);
  if (other !== null) throw refusal('not_csv', `the file is not a CSV but ${other}`);

  const reader = new RowReader(choice);
  const parser = parse({
    bom: true,
    delimiter: detectDelimiter(head),
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: MAX_ROW_BYTES,
    // Rows are used up here and never queued in the stream.
    on_record: (cells: string[], info: Info) => {
      reader.row(cells, info);
      return null;
    },
  });
  try {
    const text = new Utf8Check();
    await feed(parser, head, source, text);
  } catch (error) {
    if (error instanceof CsvError)
      throw refusal('malformed', `the file is not a well-formed CSV: ${error.message}`);
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
  parser: ReturnType<typeof parse>,
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

/** The bytes must be UTF-8 without NUL: anything else is another encoding, or not text. */
class Utf8Check {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });

  check(piece: Uint8Array): void {
    if (piece.includes(0)) throw refusal('not_csv', 'the file is not a CSV: it holds NUL bytes');
    this.#decode(piece, true);
  }

  end(): void {
    this.#decode(new Uint8Array(0), false);
  }

  #decode(piece: Uint8Array, stream: boolean): void {
    try {
      this.#decoder.decode(piece, { stream });
    } catch {
      throw refusal('not_utf8', 'the file is not text in UTF-8: save it as UTF-8');
    }
  }
}

class RowReader {
  readonly #choice: ColumnChoice;
  #columns: Columns | null = null;
  readonly #inputs = new NumberBlocks();
  readonly #target = new TargetColumn(MAX_DETAILS);
  readonly #details: Detail[] = [];
  readonly #preview: TablePreview = { columns: [], rows: [] };
  #bad = 0;
  #samples = 0;
  #lastLine = 0;
  #emptyLines = 0;

  constructor(choice: ColumnChoice) {
    this.#choice = choice;
  }

  row(cells: string[], info: Info): void {
    // A quoted cell may span lines: the row is named by its first one.
    const line = this.#lastLine + 1 + (info.empty_lines - this.#emptyLines);
    this.#lastLine = info.lines;
    this.#emptyLines = info.empty_lines;
    if (this.#columns === null) {
      this.#columns = chooseColumns(cells, this.#choice);
      this.#preview.columns.push(...cells);
      return;
    }
    const { names, target, features } = this.#columns;
    this.#samples++;
    if (cells.length !== names.length) {
      const message = `row ${line}: ${cells.length} cells, the header names ${names.length} columns`;
      this.#refuse({ param: formatPath(['rows', line]), code: 'ragged', message });
      return;
    }
    if (this.#preview.rows.length < previewRows(names.length)) this.#preview.rows.push(cells.map(shown));
    for (const column of features) {
      const value = cellNumber(cells[column]!);
      if (typeof value === 'number') this.#inputs.push(value);
      else this.#refuseCell(line, names[column]!, value);
    }
    const cell = cells[target]!;
    if (cell === '') this.#refuseCell(line, names[target]!, 'the cell is empty');
    else this.#target.push(cell, line);
  }

  async finish(): Promise<ReadTable> {
    if (this.#columns === null) throw refusal('empty', 'the file holds no rows');
    if (this.#samples === 0) throw refusal('empty', 'the file holds a header and no rows');
    const { names, target: at, features } = this.#columns;
    const target = this.#target;
    const isText = target.isText;
    if (!isText && target.texts > 0) {
      for (const { row, cell } of target.textCells)
        this.#refuseCell(row, names[at]!, String(cellNumber(cell)));
      this.#bad += target.texts - target.textCells.length;
    }
    if (isText && target.overflow) {
      const message = `column "${names[at]}" holds more different texts than there may be classes`;
      this.#refuse({ param: 'target', code: 'too_many_classes', message });
    }
    if (this.#bad > 0) throw this.#problem();
    const { target: told, targets } = isText ? await target.classes() : await target.numbers();
    const info = {
      source: 'csv' as const,
      samples: this.#samples,
      input_shape: [features.length],
      features: features.map((column) => names[column]!),
      target: { name: names[at]!, ...told },
    };
    return { info, preview: this.#preview, table: { info, inputs: await this.#inputs.take(), targets } };
  }

  #refuseCell(line: number, column: string, why: string): void {
    this.#bad++;
    if (this.#details.length >= MAX_DETAILS) return;
    const message = `row ${line}, column "${column}": ${why}`;
    this.#details.push({ param: formatPath(['rows', line, column]), code: 'bad_cell', message });
  }

  #refuse(detail: Detail): void {
    this.#bad++;
    if (this.#details.length < MAX_DETAILS) this.#details.push(detail);
  }

  #problem(): Problem {
    if (this.#bad === 1) return problemOf('invalid_dataset', this.#details);
    const listed = this.#bad > this.#details.length ? `; the first ${this.#details.length} are listed` : '';
    const first = this.#details[0]!.message;
    const message = `${this.#bad} problems (rows are lines of the file, the header is line 1)${listed}. ${first}`;
    return new Problem('invalid_dataset', message, this.#details);
  }
}

function shown(cell: string): string | number {
  const value = cellNumber(cell);
  if (typeof value === 'number') return value;
  return cell.length > MAX_SHOWN_CELL ? `${cell.slice(0, MAX_SHOWN_CELL)}…` : cell;
}

function refusal(code: string, message: string): Problem {
  return new Problem('invalid_dataset', message, [{ param: 'file', code, message }]);
}
