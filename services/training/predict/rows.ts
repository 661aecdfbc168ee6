// Rows sent to predict in any format: a stream of bytes becomes blocks of validated numbers, a few hundred rows at a time, so that memory
// does not depend on their number. Errors are collected over the whole body, up to a limit, and reported at the end; after the first, no
// more blocks are produced.

import type { Column } from '#contracts/datasets/dataset.ts';
import type { ImageForm } from '#contracts/datasets/image-data.ts';
import { type Detail, Problem } from '#contracts/errors.ts';
import { formatPath } from '#contracts/problems.ts';
import { sameButOnes } from '#engine/shape.ts';
import type { Takes } from '../data/columns/raw.ts';
import { MAX_DETAILS, rowShape } from '../data/formats/flatten.ts';
import type { TableNumbers } from '../data/numbers.ts';
import { checkTokens } from '../inputs.ts';
import type { Model } from '../model/model.ts';
import { type Shape, sizeOf } from '../model/shape.ts';
import type { WantedText } from '../text/text-records.ts';

/** What a model takes. */
export interface Wanted {
  readonly model: Model;
  /** Column names in the order of the inputs; null where it was trained on arrays. */
  readonly features: readonly string[] | null;
  /** What the columns of a record become, where they may be more than numbers. */
  readonly columns?: readonly Column[] | undefined;
  /** What it takes beyond that, of each column that is not ignored. */
  readonly takes?: readonly Takes[] | undefined;
  /** Of a model that was trained on a column of texts: what makes tokens of them. */
  readonly text?: WantedText | undefined;
  /** Of the raw values of one row: the network's input, or one number a column. */
  readonly shape: Shape;
  /** It goes on with series: the rows are theirs, and no samples. */
  readonly series?: boolean;
  /** What image files become; left out where training saw none. */
  readonly images?: ImageForm | undefined;
  /** The column that it predicts, which a record may hold, too. */
  readonly target: string | null;
  /** Where it predicts several, all of them. */
  readonly targetColumns?: readonly string[];
}

export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Yields [rows, …input shape]. @throws Problem with everything that is wrong */
export type ReadRows = (body: Bytes, wanted: Wanted) => AsyncIterable<TableNumbers>;

const BLOCK_NUMBERS = 2 ** 17;
const BLOCK_ROWS = 1_024;

/** How many rows make a block. */
export function blockRows({ model, shape }: Wanted): number {
  const width = Math.max(sizeOf(shape), sizeOf(model.input));
  return Math.max(1, Math.min(BLOCK_ROWS, Math.floor(BLOCK_NUMBERS / width)));
}

/** The shape in which the rows come: the model's own, or one that differs from it in dimensions of size 1 alone. */
export function arrivingShape(rows: readonly unknown[], wanted: Shape): Shape {
  const found = rowShape(rows, { scalars: true });
  return typeof found !== 'string' && sameButOnes(found, wanted) ? found : wanted;
}

/** What is wrong with a body. */
export class Complaints {
  readonly details: Detail[] = [];
  #count = 0;

  get any(): boolean {
    return this.#count > 0;
  }

  /** No more will be kept: reading on is of no use. */
  get full(): boolean {
    return this.details.length >= MAX_DETAILS;
  }

  add(param: string | readonly PropertyKey[], code: string, message: string): void {
    this.addAll([{ param: typeof param === 'string' ? param : formatPath(param), code, message }]);
  }

  addAll(details: readonly Detail[]): void {
    this.#count += details.length;
    this.details.push(...details.slice(0, MAX_DETAILS - this.details.length));
  }

  /** Adds what is wrong with the token numbers of a block that is otherwise good. */
  checkTokens({ model, columns }: Wanted, values: TableNumbers, root: string, first: number): void {
    if (columns === undefined) this.addAll(checkTokens(model, values, root, first));
  }

  throwIfAny(): void {
    const [first] = this.details;
    if (first === undefined) return;
    const more = this.#count > 1 ? ` (and ${this.#count - 1}${this.full ? ' or' : ''} more)` : '';
    throw new Problem('invalid_request', `${first.param}: ${first.message}${more}`, this.details);
  }
}

/** One thing that makes the whole body useless. */
export function bodyProblem(code: string, message: string, param = 'body'): Problem {
  const malformed = code === 'malformed_json';
  return new Problem(malformed ? 'malformed_json' : 'invalid_request', `${param}: ${message}`, [
    { param, code, message },
  ]);
}

/** Why rows cannot come as arrays; null where they can. */
export function noArrays({ columns, series = false }: Pick<Wanted, 'columns' | 'series'>): string | null {
  if (series) return 'this model goes on with series: send their last rows as records, or a CSV';
  const other = columns?.find(({ type }) => type !== 'number' && type !== 'ignore');
  return other === undefined
    ? null
    : `this model was trained on a table in which not all are numbers (column "${other.name}"): send records, or a CSV`;
}
