// A CSV as rows for predict. Its first row names the columns, which may come in any order and may include the target;
// for a model that was trained on arrays it may be missing, and the columns are the numbers of a row in their order.

import { CsvError, type Info, type Parser } from 'csv-parse';
import type { Column } from '#contracts/dataset.ts';
import { LIMITS } from '#contracts/limits.ts';
import { didYouMean } from '#contracts/nearest.ts';
import { cellNumber } from '../data/cell.ts';
import { namesIndex } from '../data/columns.ts';
import { csvParser, notCsv } from '../data/csv-format.ts';
import { encodeCell } from '../data/encode.ts';
import { formatShape, sizeOf } from '../shape.ts';
import { type Bytes, blockRows, bodyProblem, Complaints, type ReadRows, type Wanted } from './rows.ts';

const PIECE = 64 * 1024;

export const readCsvRows: ReadRows = async function* (body: Bytes, wanted: Wanted) {
  const reader = new CsvReader(wanted);
  let parser: Parser | null = null;
  const ended = Promise.withResolvers<void>();
  // Whoever waits for a write is told there; this one is awaited at the end only.
  ended.promise.catch(() => {});
  const text = new TextDecoder('utf-8', { fatal: true });
  const begin = (head: Uint8Array) => {
    const other = notCsv(head);
    if (other !== null) throw bodyProblem('not_csv', `not a CSV but ${other}`);
    const made = csvParser(head, (cells, info) => reader.row(cells, info));
    made.on('error', ended.reject).on('end', ended.resolve).resume();
    return made;
  };
  try {
    for await (const chunk of body) {
      for (let start = 0; start < chunk.length && !reader.complaints.full; start += PIECE) {
        const piece = chunk.subarray(start, start + PIECE);
        text.decode(piece, { stream: true });
        parser ??= begin(piece);
        const written = Promise.withResolvers<void>();
        parser.write(Buffer.from(piece), () => written.resolve());
        await Promise.race([written.promise, ended.promise]);
        yield* reader.take(false);
      }
      if (reader.complaints.full) break;
    }
    if (!reader.complaints.full) {
      text.decode();
      parser?.end();
      if (parser !== null) await ended.promise;
    }
  } catch (error) {
    if (error instanceof CsvError) throw bodyProblem('malformed', `not a well-formed CSV: ${error.message}`);
    if (error instanceof TypeError && 'code' in error) throw bodyProblem('not_utf8', 'not valid UTF-8');
    throw error;
  } finally {
    parser?.destroy();
  }
  yield* reader.take(true);
  reader.finish();
};

class CsvReader {
  readonly complaints = new Complaints();
  readonly #wanted: Wanted;
  readonly #width: number;
  readonly #most: number;
  /** What the columns become, where they may be more than numbers. */
  readonly #typed: readonly Column[] | null;
  /** For each number of a row, the column it stands in; null before the first row. */
  #columns: readonly number[] | null = null;
  #names: readonly string[] = [];
  #values: number[] = [];
  #taken = 0;
  #lastLine = 0;
  #emptyLines = 0;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
    this.#width = sizeOf(wanted.model.input);
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
          : `the model takes ${formatShape(this.#wanted.model.input)}: ${this.#width} numbers`;
      this.complaints.add(['rows', line], 'ragged', `row ${line}: ${cells.length} cells, ${expected}`);
      return;
    }
    const typed = this.#typed;
    for (const [i, column] of this.#columns.entries()) {
      const cell = cells[column]!;
      const value = typed === null ? cellNumber(cell) : encodeCell(typed[i]!, cell);
      if (typeof value === 'number') this.#values.push(value);
      else if (typeof value !== 'string') this.#values.push(...value);
      else {
        const name = this.#names[column] ?? String(column + 1);
        this.complaints.add(['rows', line, name], 'bad_cell', `row ${line}, column "${name}": ${value}`);
      }
    }
  }

  #header(cells: string[]): number[] {
    const { target, columns: typed = [] } = this.#wanted;
    const features = this.#typed?.map(({ name }) => name) ?? this.#wanted.features;
    if (features === null) {
      const all = Array.from({ length: this.#width }, (_, i) => i);
      // Names of columns mean nothing to the model, but programs write them.
      if (cells.some((cell) => typeof cellNumber(cell) !== 'number')) this.#names = cells;
      return all;
    }
    this.#names = cells;
    if (cells.length > LIMITS.columns) {
      this.complaints.add('header', 'too_big', `${cells.length} columns, the limit is ${LIMITS.columns}`);
      return [];
    }
    const known = new Set([...features, ...typed.map(({ name }) => name)]);
    const places = new Map<string, number>();
    for (const [i, name] of cells.entries()) {
      if (places.has(name)) {
        this.complaints.add(['header', i], 'duplicate', `"${name.slice(0, 100)}" names two columns`);
      } else if (!known.has(name) && name !== target && !namesIndex(name, i)) {
        const shown = name.slice(0, 100);
        const hint = didYouMean(shown, features.slice(0, 50));
        const message = `the model knows no column ${JSON.stringify(shown)}; ${hint}`;
        this.complaints.add(['header', i], 'unknown_column', message);
      }
      places.set(name, i);
    }
    for (const name of features) {
      if (!places.has(name)) this.complaints.add('header', 'missing', `there is no column "${name}"`);
    }
    return features.map((name) => places.get(name) ?? 0);
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
    if (this.#columns === null) throw bodyProblem('empty', 'holds no rows: not even a header');
  }
}
