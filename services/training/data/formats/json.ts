// Reads JSON as a dataset: an array of records, lines of records or of {"inputs", "target"} (JSONL), or one object of arrays. Records are
// read one by one, so a large file costs only the memory of its numbers.

import { InlineDataset } from '#contracts/datasets/dataset.ts';
import { Problem, problemOf } from '#contracts/errors.ts';
import { detailsOf } from '#contracts/problems.ts';
import { JsonEntries } from '../../predict/json-entries.ts';
import { linesOf } from '../../predict/lines.ts';
import type { ColumnChoice } from '../columns/columns.ts';
import type { ReadTable } from '../table.ts';
import { fileProblem } from './file-problem.ts';
import { readInline } from './inline.ts';
import type { Noted } from './noted.ts';
import { RecordsTable } from './records-table.ts';
import { SamplesTable } from './samples-table.ts';

type Bytes = AsyncIterable<Uint8Array>;
type Row = Readonly<Record<string, unknown>>;

/** A single object is parsed as a whole. */
const MAX_OBJECT_BYTES = 64 * 2 ** 20;

/** Whether a file is JSON, judged by its first bytes. */
export function isJson(head: Uint8Array): boolean {
  return /^\ufeff?\s*(\{\s*["}]|\[\s*[[{\]])/.test(
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(head),
  );
}

/**
 * @param open opens the file from its beginning; called more than once
 * @throws Problem
 */
export async function readJson(
  open: () => Bytes,
  choice: ColumnChoice,
  noted: Noted = {},
): Promise<ReadTable> {
  try {
    const first = await firstLine(withoutBom(open()));
    if (first.text.startsWith('[')) {
      noted.format = 'json';
      return await readArray(withoutBom(open()), choice, noted);
    }
    const record = parsedLine(first.text);
    if (record === null || ('inputs' in record && 'targets' in record && first.only)) {
      noted.format = 'json';
      return readObject(await whole(withoutBom(open())));
    }
    noted.format = 'jsonl';
    return await readLines(withoutBom(open()), 'inputs' in record, choice, noted);
  } catch (error) {
    // The JSON readers blame the request's body; here it is the file.
    if (!(error instanceof Problem) || error.code === 'invalid_dataset') throw error;
    throw new Problem(
      'invalid_dataset',
      error.message.replace(/^body: /, 'the file is '),
      error.details.map((detail) => (detail.param === 'body' ? { ...detail, param: 'file' } : detail)),
    );
  }
}

async function readArray(file: Bytes, choice: ColumnChoice, noted: Noted): Promise<ReadTable> {
  const rows = new RecordsTable({ source: 'json', counted: 'rows are counted from 0' }, choice, noted);
  const entries = new JsonEntries();
  let count = 0;
  const take = (piece: Uint8Array) => {
    for (const found of entries.push(piece)) {
      if ('json' in found) rows.add(parse(found.json, `rows[${count}]`), count++);
    }
  };
  // JsonEntries expects the array as a value in an object.
  take(Buffer.from('{"rows":'));
  for await (const piece of file) take(piece);
  take(Buffer.from('}'));
  entries.end();
  return rows.finish();
}

async function readLines(
  file: Bytes,
  arrays: boolean,
  choice: ColumnChoice,
  noted: Noted,
): Promise<ReadTable> {
  const records = new RecordsTable({ source: 'json', counted: 'rows are lines of the file' }, choice, noted);
  const samples = new SamplesTable();
  for await (const { bytes, line } of linesOf(file)) {
    if (bytes.every((byte) => byte <= 0x20)) continue;
    const row = parse(bytes, `rows[${line}]`);
    if (arrays) samples.add(isObject(row) ? row : {}, line);
    else records.add(row, line);
  }
  return arrays ? samples.finish() : records.finish();
}

function readObject(bytes: Uint8Array): ReadTable {
  const value = parse(bytes, 'file');
  const frame = InlineDataset.safeParse(value);
  if (!frame.success) {
    throw problemOf('invalid_dataset', detailsOf(frame.error, InlineDataset, '', value));
  }
  return readInline(frame.data);
}

const text = new TextDecoder('utf-8', { fatal: true });

function parse(json: Uint8Array, param: string): unknown {
  try {
    return JSON.parse(text.decode(json));
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : 'not text in UTF-8';
    throw fileProblem('malformed_json', `${param}: not valid JSON: ${why}`, param);
  }
}

function parsedLine(line: string): Row | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** The first non-blank line, and whether it is the only one. */
async function firstLine(file: Bytes): Promise<{ text: string; only: boolean }> {
  let found: string | null = null;
  for await (const { bytes } of linesOf(file)) {
    if (bytes.every((byte) => byte <= 0x20)) continue;
    if (found !== null) return { text: found, only: false };
    found = new TextDecoder().decode(bytes).trim();
    if (found.startsWith('[')) break;
  }
  return { text: found ?? '', only: true };
}

async function* withoutBom(file: Bytes): AsyncGenerator<Uint8Array> {
  let first = true;
  for await (const piece of file) {
    yield first && piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf ? piece.subarray(3) : piece;
    first = false;
  }
}

async function whole(file: Bytes): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of file) {
    pieces.push(piece);
    size += piece.length;
    if (size > MAX_OBJECT_BYTES) {
      const message = `one object of JSON of more than ${MAX_OBJECT_BYTES} bytes: write lines of {"inputs": …, "target": …}, or a .npz`;
      throw fileProblem('too_big', message);
    }
  }
  return Buffer.concat(pieces);
}

function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
