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

/** The inputs that a model takes. */
export interface Wanted {
  readonly model: Model;
  /** Column names in input order; null if it was trained on arrays. */
  readonly features: readonly string[] | null;
  /** How to read the columns of a record, if any may be other than numeric. */
  readonly columns?: readonly Column[] | undefined;
  /** Per column that is not ignored: whether it may be missing, unknown or absent. */
  readonly takes?: readonly Takes[] | undefined;
  /** Tokenizes the text column, for a model trained on one. */
  readonly text?: WantedText | undefined;
  /** Shape of a row's raw values: the network's input, or one number per column. */
  readonly shape: Shape;
  /** Whether it forecasts time series: rows are then time steps, not samples. */
  readonly series?: boolean;
  /** How to preprocess image files; absent if it was not trained on images. */
  readonly images?: ImageForm | undefined;
  /** The column that it predicts; records may contain it. */
  readonly target: string | null;
  /** All target columns, if there are several. */
  readonly targetColumns?: readonly string[];
}

export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Yields [rows, …input shape]. @throws Problem listing all errors */
export type ReadRows = (body: Bytes, wanted: Wanted) => AsyncIterable<TableNumbers>;

const BLOCK_NUMBERS = 2 ** 17;
const BLOCK_ROWS = 1_024;

/** Rows per block. */
export function blockRows({ model, shape }: Wanted): number {
  const width = Math.max(sizeOf(shape), sizeOf(model.input));
  return Math.max(1, Math.min(BLOCK_ROWS, Math.floor(BLOCK_NUMBERS / width)));
}

/** The shape of the rows as sent, if it differs from the model's only in dimensions of size 1; else the model's. */
export function arrivingShape(rows: readonly unknown[], wanted: Shape): Shape {
  const found = rowShape(rows, { scalars: true });
  return typeof found !== 'string' && sameButOnes(found, wanted) ? found : wanted;
}

/** Collects the errors of a body. */
export class Complaints {
  readonly details: Detail[] = [];
  #count = 0;

  get any(): boolean {
    return this.#count > 0;
  }

  /** Further errors would be dropped: there is no point in reading on. */
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

  /** Reports invalid token ids in an otherwise valid block. */
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

/** A single error that invalidates the whole body. */
export function bodyProblem(code: string, message: string, param = 'body'): Problem {
  const malformed = code === 'malformed_json';
  return new Problem(malformed ? 'malformed_json' : 'invalid_request', `${param}: ${message}`, [
    { param, code, message },
  ]);
}

/** Why rows cannot be sent as arrays; null if they can. */
export function noArrays({ columns, series = false }: Pick<Wanted, 'columns' | 'series'>): string | null {
  if (series) return 'this model continues time series: send their last rows as records or CSV';
  const other = columns?.find(({ type }) => type !== 'number' && type !== 'ignore');
  return other === undefined
    ? null
    : `this model was trained on a table with columns that are not numbers (column "${other.name}"): send records or CSV`;
}
