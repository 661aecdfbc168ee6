// A table inside the archive that labels the images: CSV, TSV, JSON or JSON lines, with a column of paths, and one of classes or numbers,
// or several of numbers.

import { type Info, parse } from 'csv-parse/sync';
import type { Detail } from '#contracts/errors.ts';
import { problemOf } from '#contracts/errors.ts';
import { didYouMean } from '#contracts/nearest.ts';
import { isObject } from '../canonical/component.ts';
import { fileProblem } from '../data/formats/file-problem.ts';
import { MAX_DETAILS } from '../data/formats/flatten.ts';
import { type Entry, shown } from './entries.ts';
import { type Part, partOf } from './layout.ts';

/** Common names for the target column. */
const TARGETS = ['label', 'labels', 'class', 'target', 'targets', 'category', 'y'];
const PARTS = ['split', 'set', 'subset', 'partition', 'fold'];

export type Cell = string | number | readonly number[];

export interface Labelled {
  readonly entry: Entry;
  /** One value, or one number per target column; a list of numbers in a single column also counts. */
  readonly target: Cell;
  readonly part: Part | null;
  /** Row number for error messages: of a JSON array the index, of other files the line. */
  readonly row: number;
}

export interface LabelsRead {
  readonly rows: readonly Labelled[];
  readonly name: string;
  /** Columns that are neither path, target nor split. */
  readonly unused: readonly string[];
  readonly splitColumn: string | null;
  /** Number of images that no row names. */
  readonly unnamed: number;
}

type Row = Record<string, unknown>;

interface Line {
  readonly cells: Row;
  /** The row's; see `Labelled.row`. */
  readonly number: number;
}

function parsed(path: string, text: string): readonly Line[] {
  const wrong = (why: string) => fileProblem('malformed', `"${shown(path)}" cannot be read: ${why}`);
  const lineOf = (cells: unknown, number: number): Line => {
    if (!isObject(cells)) throw wrong(`row ${number} is not a record`);
    return { cells, number };
  };
  try {
    if (/\.json$/i.test(path)) {
      const rows: unknown = JSON.parse(text);
      if (!Array.isArray(rows)) throw wrong('expected an array of records');
      return rows.map((cells: unknown, number) => lineOf(cells, number));
    }
    if (/\.(jsonl|ndjson)$/i.test(path)) {
      return text
        .split('\n')
        .flatMap((line, i) => (line.trim() === '' ? [] : [lineOf(JSON.parse(line), i + 1)]));
    }
    const header = text.slice(0, text.indexOf('\n'));
    const count = (mark: string) => header.split(mark).length;
    const delimiter = [',', ';', '\t'].toSorted((a, b) => count(b) - count(a))[0]!;
    const rows = parse<{ record: Row; info: Info }>(text, {
      columns: true,
      bom: true,
      delimiter,
      skip_empty_lines: true,
      trim: true,
      info: true,
    });
    return rows.map(({ record, info }) => ({ cells: record, number: info.lines }));
  } catch (error) {
    if ((error as Error).name === 'Problem') throw error;
    throw wrong((error as Error).message);
  }
}

/** Images by every name that the table may use for them; null if a name is ambiguous. */
function names(images: readonly Entry[], beside: string): Map<string, Entry | null> {
  const found = new Map<string, Entry | null>();
  const add = (name: string, entry: Entry) => found.set(name, found.has(name) ? null : entry);
  const folder = beside.slice(0, beside.lastIndexOf('/') + 1);
  for (const entry of images) {
    const { path } = entry;
    const base = path.slice(path.lastIndexOf('/') + 1);
    const relative = path.startsWith(folder) ? path.slice(folder.length) : path;
    for (const name of new Set([path, relative, base])) {
      add(name, entry);
      const bare = name.replace(/\.[a-z]+$/i, '');
      if (bare !== name) add(bare, entry);
    }
  }
  return found;
}

const normal = (cell: unknown) =>
  String(cell ?? '')
    .replaceAll('\\', '/')
    .replace(/^\.?\//, '');

/** @throws Problem */
export async function readLabels(
  file: Entry,
  images: readonly Entry[],
  choice: { readonly target?: string | undefined; readonly split?: string | undefined },
): Promise<LabelsRead> {
  const text = new TextDecoder('utf-8').decode(await file.read());
  const rows = parsed(file.path, text);
  if (rows.length === 0) throw fileProblem('empty', `"${shown(file.path)}" has no rows`);
  const columns = Object.keys(rows[0]!.cells);
  const known = names(images, file.path);
  const head = rows.slice(0, 500);
  const hits = (column: string) => head.filter(({ cells }) => known.has(normal(cells[column]))).length;
  const path = columns.toSorted((a, b) => hits(b) - hits(a))[0];
  if (path === undefined || hits(path) === 0) {
    const message = `no column of "${shown(file.path)}" (${columns.slice(0, 20).join(', ')}) names images of the archive, such as "${shown(images[0]!.path)}"`;
    throw fileProblem('no_paths', message);
  }
  const details: Detail[] = [];
  const lacks = (param: string, name: string) => {
    const message = `"${shown(file.path)}" has no column "${name}"; ${didYouMean(name, columns.slice(0, 50))}`;
    details.push({ param, code: 'unknown_column', message });
  };
  const splitColumn = choice.split ?? columns.find((name) => PARTS.includes(name.toLowerCase())) ?? null;
  if (splitColumn !== null && !columns.includes(splitColumn)) lacks('split', splitColumn);
  const rest = columns.filter((name) => name !== path && name !== splitColumn);
  const targets =
    choice.target?.split(',').map((name) => name.trim()) ??
    (rest.length === 1 ? rest : rest.filter((name) => TARGETS.includes(name.toLowerCase())).slice(0, 1));
  for (const name of targets) if (!columns.includes(name)) lacks('target', name);
  if (targets.length === 0) {
    const message = `which of the columns ${rest.slice(0, 20).join(', ')} of "${shown(file.path)}" should be predicted? Set target=NAME, or for several numbers target=x,y`;
    details.push({ param: 'target', code: 'required', message });
  }
  if (details.length > 0) throw problemOf('invalid_dataset', details);

  const labelled: Labelled[] = [];
  const seen = new Map<Entry, number>();
  for (const { cells, number } of rows) {
    const refuse = (code: string, why: string) => {
      if (details.length >= MAX_DETAILS) return;
      const message = `"${shown(file.path)}", row ${number}: ${why}`;
      details.push({ param: `rows[${number}]`, code, message });
    };
    const name = normal(cells[path]);
    const entry = known.get(name);
    const target = targetOf(cells, targets);
    const before = entry ? seen.get(entry) : undefined;
    const part = splitColumn === null ? null : partOf(String(cells[splitColumn] ?? ''));
    if (entry === undefined) refuse('not_found', `there is no image "${shown(name)}" in the archive`);
    else if (entry === null)
      refuse('ambiguous', `several images are called "${shown(name)}": give full paths`);
    else if (before !== undefined) refuse('duplicate', `"${shown(name)}" already occurs in row ${before}`);
    else if (typeof target === 'object' && 'wrong' in target) refuse('not_a_number', target.wrong);
    else if (part === undefined)
      refuse(
        'invalid_value',
        `the split column must be train, validation or test, not "${cells[splitColumn!]}"`,
      );
    else {
      seen.set(entry, number);
      labelled.push({ entry, target, part, row: number });
    }
  }
  if (details.length > 0) throw problemOf('invalid_dataset', details);
  const unused = rest.filter((name) => !targets.includes(name));
  return {
    rows: labelled,
    name: targets.join(','),
    unused,
    splitColumn,
    unnamed: images.length - seen.size,
  };
}

function targetOf(row: Row, columns: readonly string[]): Cell | { readonly wrong: string } {
  const cells = columns.map((name) => row[name]);
  const [only] = cells;
  if (cells.length === 1 && !Array.isArray(only)) {
    if (only === undefined || only === null || only === '')
      return { wrong: `the cell in "${columns[0]}" is empty` };
    return typeof only === 'number' ? only : String(only);
  }
  const given: readonly unknown[] = Array.isArray(only) && cells.length === 1 ? only : cells;
  const numbers = given.map((cell) => (typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : cell));
  const at = numbers.findIndex((value) => typeof value !== 'number' || !Number.isFinite(value));
  if (numbers.length === 0) return { wrong: `the list in "${columns[0]}" is empty` };
  if (at < 0) return numbers as number[];
  return {
    wrong: `several targets must be numbers: ${JSON.stringify(given[at] ?? null)} in "${columns[at] ?? columns[0]}" is not`,
  };
}
