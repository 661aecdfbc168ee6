// Reads CSV rows for predict. The header names the columns, in any order and with or without the target; for a model trained on arrays it
// may be missing, and the columns are the numbers of a row in order.

import { CsvError, type Info } from 'csv-parse';
import type { Column } from '#contracts/datasets/dataset.ts';
import { LIMITS } from '#contracts/limits.ts';
import { didYouMean } from '#contracts/nearest.ts';
import { namesIndex } from '../data/columns/columns.ts';
import { rawOfCell } from '../data/columns/raw.ts';
import { numberReader } from '../data/formats/cell.ts';
import { HEAD_BYTES, type OpenCsv, openCsv } from '../data/formats/csv-text.ts';
import { TextError } from '../data/formats/encoding.ts';
import { formatShape, sizeOf } from '../model/shape.ts';
import { textProblem, type WantedText } from '../text/text-records.ts';
import { type Bytes, blockRows, bodyProblem, Complaints, type ReadRows, type Wanted } from './rows.ts';

export const readCsvRows: ReadRows = async function* (body: Bytes, wanted: Wanted) {
  const reader = new CsvReader(wanted);
  let csv: OpenCsv | null = null;
  const ended = Promise.withResolvers<void>();
  // Not an unhandled rejection: a failure also reaches the pending write, and this promise is awaited at the end.
  ended.promise.catch(() => {});
  const begin = (head: Uint8Array, whole: boolean) => {
    const opened = openCsv(head, whole, {}, (cells, info) => reader.row(cells, info));
    reader.read = numberReader(opened.dialect.decimal);
    opened.parser.on('error', ended.reject).on('end', ended.resolve).resume();
    return opened;
  };
  const write = async (open: OpenCsv, piece: Uint8Array) => {
    const written = Promise.withResolvers<void>();
    open.parser.write(Buffer.from(piece), () => written.resolve());
    await Promise.race([written.promise, ended.promise]);
  };
  try {
    for await (const { piece, last } of pieces(body)) {
      if (csv === null) {
        csv = begin(piece, last);
        await write(csv, csv.first);
      } else await write(csv, csv.text.take(piece));
      yield* reader.take(false);
      if (reader.complaints.full) break;
    }
    if (csv !== null && !reader.complaints.full) {
      const rest = csv.text.end();
      if (rest.length > 0) await write(csv, rest);
      csv.parser.end();
      await ended.promise;
    }
  } catch (error) {
    if (error instanceof CsvError) throw bodyProblem('malformed', `not a well-formed CSV: ${error.message}`);
    if (error instanceof TextError) throw bodyProblem(error.code, error.message);
    throw error;
  } finally {
    csv?.parser.destroy();
  }
  yield* reader.take(true);
  reader.finish();
};

/** Cuts the body into pieces of at most HEAD_BYTES. The first piece has that length unless the body is shorter. */
async function* pieces(body: Bytes): AsyncGenerator<{ piece: Uint8Array; last: boolean }> {
  let held: Uint8Array[] = [];
  let size = 0;
  const cut = function* (bytes: Uint8Array) {
    for (let start = 0; start < bytes.length; start += HEAD_BYTES) {
      yield { piece: bytes.subarray(start, start + HEAD_BYTES), last: false };
    }
  };
  for await (const chunk of body) {
    if (size >= HEAD_BYTES) {
      yield* cut(chunk);
      continue;
    }
    held.push(chunk);
    size += chunk.length;
    if (size < HEAD_BYTES) continue;
    yield* cut(Buffer.concat(held));
    held = [];
  }
  if (size > 0 && size < HEAD_BYTES) yield { piece: Buffer.concat(held), last: true };
}

class CsvReader {
  readonly complaints = new Complaints();
  /** Parses numbers in the file's notation. */
  read = numberReader('.');
  readonly #wanted: Wanted;
  readonly #width: number;
  readonly #most: number;
  /** How to read the columns, if any may be other than numeric. */
  readonly #typed: readonly Column[] | null;
  /** The column of each number of a row; null before the first row. */
  #columns: readonly number[] | null = null;
  #names: readonly string[] = [];
  #values: number[] = [];
  #taken = 0;
  #lastLine = 0;
  #emptyLines = 0;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
    this.#width = sizeOf(wanted.shape);
    this.#most = blockRows(wanted) * this.#width;
    this.#typed = wanted.columns?.filter(({ type }) => type !== 'ignore') ?? null;
  }

  row(cells: string[], info: Info): void {
    const line = this.#lastLine + 1 + (info.empty_lines - this.#emptyLines);
    this.#lastLine = info.lines;
    this.#emptyLines = info.empty_lines;
    if (this.complaints.full) return;
    if (this.#columns === null) {
      this.#columns = this.#header(cells);
      if (this.#names.length > 0 || this.complaints.any) return;
    }
    if (cells.length !== (this.#names.length || this.#width)) {
      const expected =
        this.#names.length > 0
          ? `the header names ${this.#names.length} columns`
          : `the model takes ${formatShape(this.#wanted.shape)}: ${this.#width} numbers`;
      this.complaints.add(['rows', line], 'ragged', `row ${line}: ${cells.length} cells, but ${expected}`);
      return;
    }
    const { takes = [], text } = this.#wanted;
    if (text !== undefined && this.#names.length > 0) {
      this.#text(text, cells[this.#columns[0]!]!, line);
      return;
    }
    const typed = this.#typed;
    for (const [i, column] of this.#columns.entries()) {
      // If a column must not be absent, the header has been refused already.
      if (column < 0 && takes[i]?.absent !== true) continue;
      const cell = cells[column] ?? '';
      const value = typed === null ? this.read(cell) : rawOfCell(typed[i]!, cell, takes[i]!, this.read);
      if (typeof value === 'number') this.#values.push(value);
      else {
        const name = this.#names[column] ?? String(column + 1);
        this.complaints.add(['rows', line, name], 'bad_cell', `row ${line}, column "${name}": ${value}`);
      }
    }
  }

  #text(wanted: WantedText, cell: string, line: number): void {
    const why = textProblem(cell);
    if (why !== null) {
      const { name } = wanted;
      this.complaints.add(['rows', line, name], 'bad_cell', `row ${line}, column "${name}": ${why}`);
      return;
    }
    const tokens = new Int32Array(wanted.length);
    wanted.encode(cell, tokens, 0);
    this.#values.push(...tokens);
  }

  #header(cells: string[]): number[] {
    const { target, targetColumns = [], columns: typed = [], text } = this.#wanted;
    const features = this.#typed?.map(({ name }) => name) ?? this.#wanted.features;
    if (features === null) {
      const all = Array.from({ length: this.#width }, (_, i) => i);
      // The model has no use for column names, but programs write them.
      if (cells.some((cell) => typeof this.read(cell) !== 'number')) this.#names = cells;
      return all;
    }
    this.#names = cells;
    if (cells.length > LIMITS.columns) {
      this.complaints.add('header', 'too_big', `${cells.length} columns, the limit is ${LIMITS.columns}`);
      return [];
    }
    const known = new Set([
      ...features,
      ...typed.map(({ name }) => name),
      ...targetColumns,
      ...(text?.ignored ?? []),
    ]);
    const places = new Map<string, number>();
    for (const [i, name] of cells.entries()) {
      if (places.has(name)) {
        this.complaints.add(['header', i], 'duplicate', `"${name.slice(0, 100)}" is the name of two columns`);
      } else if (!known.has(name) && name !== target && !namesIndex(name, i)) {
        const shown = name.slice(0, 100);
        const hint = didYouMean(shown, features.slice(0, 50));
        const message = `the model has no column ${JSON.stringify(shown)}; ${hint}`;
        this.complaints.add(['header', i], 'unknown_column', message);
      }
      places.set(name, i);
    }
    for (const name of features) {
      if (!places.has(name) && this.#wanted.takes?.[features.indexOf(name)]?.absent !== true)
        this.complaints.add('header', 'missing', `there is no column "${name}"`);
    }
    return features.map((name) => places.get(name) ?? -1);
  }

  *take(rest: boolean) {
    if (this.complaints.any || this.#values.length === 0) {
      this.#values = [];
      return;
    }
    if (!rest && this.#values.length < this.#most) return;
    const values = Float64Array.from(this.#values);
    this.#values = [];
    this.complaints.checkTokens(this.#wanted, values, 'rows', this.#taken);
    this.#taken += values.length / this.#width;
    if (!this.complaints.any) yield values;
  }

  finish(): void {
    this.complaints.throwIfAny();
    if (this.#columns === null) throw bodyProblem('empty', 'contains no rows, not even a header');
  }
}
