// Reads {"inputs": […]} or {"records": […]}, and the same as JSON lines (an array or an object per line). Only one row is parsed at a
// time: the body is cut into the entries of its array (or into lines) by brackets and strings, and JSON.parse reads each.

import { didYouMean } from '#contracts/nearest.ts';
import { flattenRows } from '../data/formats/flatten.ts';
import { flattenRecords } from '../data/rows/records.ts';
import { formatShape } from '../model/shape.ts';
import { JsonEntries } from './json-entries.ts';
import { linesOf } from './lines.ts';
import {
  arrivingShape,
  type Bytes,
  blockRows,
  bodyProblem,
  Complaints,
  noArrays,
  type ReadRows,
  type Wanted,
} from './rows.ts';

type Kind = 'inputs' | 'records';
const KINDS: readonly string[] = ['inputs', 'records'] satisfies Kind[];

export const readJsonRows: ReadRows = async function* (body: Bytes, wanted: Wanted) {
  const entries = new JsonEntries();
  const rows = new RowParser(wanted);
  let kind: Kind | null = null;
  const begin = (key: string) => {
    if (!KINDS.includes(key)) {
      const shown = key.slice(0, 100);
      throw bodyProblem(
        'unknown_key',
        `unknown key ${JSON.stringify(shown)}; ${didYouMean(shown, KINDS)}`,
        shown,
      );
    }
    if (kind !== null) throw bodyProblem('invalid', 'exactly one of inputs and records must be given');
    kind = key as Kind;
  };
  for await (const piece of body) {
    for (const found of entries.push(piece)) {
      if ('key' in found) begin(found.key);
      else rows.add(kind!, found.json, `${kind}[${rows.count}]`);
      if (rows.isFull) yield* rows.take();
    }
    if (rows.complaints.full) break;
  }
  if (!rows.complaints.full) {
    entries.end();
    if (kind === null) throw bodyProblem('invalid', 'exactly one of inputs and records must be given');
  }
  yield* rows.take();
  rows.complaints.throwIfAny();
};

export const readNdjsonRows: ReadRows = async function* (body: Bytes, wanted: Wanted) {
  const rows = new RowParser(wanted);
  let kind: Kind | null = null;
  for await (const { bytes, line } of linesOf(body)) {
    const first = bytes.find((byte) => byte > 0x20);
    if (first === undefined) continue;
    const here: Kind = first === 0x7b ? 'records' : 'inputs';
    kind ??= here;
    if (here !== kind) {
      const what = { inputs: 'an array', records: 'an object' };
      rows.complaints.add(
        `line ${line}`,
        'mixed',
        `not ${what[kind]} like the previous lines: all must be of one kind`,
      );
    } else rows.add(kind, bytes, `line ${line}`);
    if (rows.complaints.full) break;
    if (rows.isFull) yield* rows.take();
  }
  yield* rows.take();
  rows.complaints.throwIfAny();
};

/** Collects parsed rows until there are enough for a block. */
class RowParser {
  readonly complaints = new Complaints();
  readonly #wanted: Wanted;
  readonly #most: number;
  readonly #text = new TextDecoder('utf-8', { fatal: true });
  #rows: unknown[] = [];
  #kind: Kind = 'inputs';
  #taken = 0;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
    this.#most = blockRows(wanted);
  }

  get count(): number {
    return this.#taken + this.#rows.length;
  }

  get isFull(): boolean {
    return this.#rows.length >= this.#most;
  }

  /** @param where names the row in errors about its JSON */
  add(kind: Kind, json: Uint8Array, where: string): void {
    this.#kind = kind;
    try {
      this.#rows.push(JSON.parse(this.#text.decode(json)));
    } catch (error) {
      const why = error instanceof SyntaxError ? error.message : 'not valid UTF-8';
      throw bodyProblem('malformed_json', `not valid JSON: ${why}`, where);
    }
  }

  *take() {
    if (this.#rows.length === 0) return;
    const first = this.#taken;
    const rows = this.#rows;
    this.#rows = [];
    this.#taken += rows.length;
    const { values, details } = this.#flatten(rows, first);
    this.complaints.addAll(details);
    if (details.length === 0) this.complaints.checkTokens(this.#wanted, values, this.#kind, first);
    if (!this.complaints.any) yield values;
  }

  #flatten(rows: unknown[], first: number) {
    const { shape } = this.#wanted;
    if (this.#kind === 'records') return flattenRecords(rows, this.#wanted, first);
    const refused = noArrays(this.#wanted);
    if (refused !== null) throw bodyProblem('no_arrays', refused, 'inputs');
    const because = `the model takes ${formatShape(shape)}:`;
    return flattenRows(rows, 'inputs', { shape: arrivingShape(rows, shape), because, first });
  }
}
