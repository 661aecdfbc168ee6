// Reads a NumPy array for predict: [rows, …input shape], row by row as it arrives. An array in Fortran order is stored column by column,
// so its first row is complete only at the end: it is accepted if it is small enough to hold.

import type { Detail } from '#contracts/errors.ts';
import { cellProblem, FLOAT32_MAX, MAX_DETAILS } from '../data/formats/flatten.ts';
import { type NpyHeader, npyNumber, npyNumbers, parseNpy, readNpyHeader } from '../data/formats/npy.ts';
import type { TableNumbers } from '../data/numbers.ts';
import { placeIn } from '../data/place.ts';
import { formatShape, type Shape, sizeOf } from '../model/shape.ts';
import {
  type Bytes,
  blockRows,
  bodyProblem,
  Complaints,
  noArrays,
  type ReadRows,
  type Wanted,
} from './rows.ts';

const MAX_HEADER_BYTES = 64 * 1024 + 12;
const MAX_FORTRAN_BYTES = 32 * 2 ** 20;
const refuse = (code: string, message: string) => bodyProblem(code, message, 'inputs');

export const readNpyRows: ReadRows = async function* (body: Bytes, wanted: Wanted) {
  const source = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]?.() ?? iterate(body);
  const head = await readHead(source);
  const header = readNpyHeader(head, refuse);
  const refused = noArrays(wanted);
  if (refused !== null) throw refuse('no_arrays', refused);
  const { shape } = wanted;
  checkShape(header, shape);
  const [rows = 0] = header.shape;
  const number = npyNumber(header.dtype, refuse);
  const rowBytes = sizeOf(shape) * number.width;
  const total = rows * rowBytes;
  const complaints = new Complaints();
  const check = (values: TableNumbers, first: number) => {
    complaints.addAll(notFinite(values, shape, first));
    if (!complaints.any) complaints.checkTokens(wanted, values, 'inputs', first);
    return complaints.any ? [] : [values];
  };

  if (header.fortran && header.shape.filter((size) => size > 1).length > 1) {
    if (total > MAX_FORTRAN_BYTES) {
      throw refuse('fortran_order', 'in Fortran order: send np.ascontiguousarray(inputs)');
    }
    const pieces = [head];
    let size = head.length;
    for (let next = await source.next(); next.done !== true; next = await source.next()) {
      pieces.push(Buffer.from(next.value));
      size += next.value.length;
      if (size > header.start + total) break;
    }
    yield* check(parseNpy(Buffer.concat(pieces), 'inputs').values, 0);
    complaints.throwIfAny();
    return;
  }

  const blockBytes = blockRows(wanted) * rowBytes;
  let first = 0;
  let held: Uint8Array[] = [head.subarray(header.start)];
  let size = head.length - header.start;
  const block = (bytes: Uint8Array) => {
    const values = npyNumbers(new Uint8Array(bytes), number);
    const found = check(values, first);
    first += values.length / sizeOf(shape);
    return found;
  };
  let given = size;
  for (;;) {
    if (size >= blockBytes) {
      const joined = held.length === 1 ? held[0]! : Buffer.concat(held);
      let start = 0;
      for (; joined.length - start >= blockBytes && !complaints.full; start += blockBytes) {
        yield* block(joined.subarray(start, start + blockBytes));
      }
      held = [joined.slice(start)];
      size = held[0]!.length;
    }
    if (complaints.full || given > total) break;
    const next = await source.next();
    if (next.done === true) break;
    held.push(Buffer.from(next.value));
    size += next.value.length;
    given += next.value.length;
  }
  if (!complaints.full) {
    if (given !== total) {
      const shown = formatShape(header.shape);
      const what = given > total ? 'more' : `only ${given}`;
      throw refuse('wrong_length', `${shown} of ${number.type} needs ${total} bytes, but ${what} follow`);
    }
    if (size > 0) yield* block(Buffer.concat(held));
  }
  complaints.throwIfAny();
};

async function* iterate(body: Bytes): AsyncGenerator<Uint8Array> {
  yield* body;
}

/** The header, plus whatever arrived with it. */
async function readHead(source: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  let wanted = MAX_HEADER_BYTES;
  while (size < wanted) {
    const { value, done } = await source.next();
    if (done === true) break;
    pieces.push(Buffer.from(value));
    size += value.length;
    const head = Buffer.concat(pieces);
    // The header length follows the version; unknown versions are refused later, by readNpyHeader.
    if (size >= 12) {
      wanted = Math.min(wanted, head[6] === 1 ? 10 + head.readUInt16LE(8) : 12 + head.readUInt32LE(8));
    }
  }
  return Buffer.concat(pieces);
}

function checkShape({ shape }: NpyHeader, wanted: Shape): void {
  const [rows, ...sample] = shape;
  const plain = (sizes: readonly number[]) => sizes.filter((size) => size !== 1).join();
  // Dimensions of size 1, such as a single channel, do not change the memory layout.
  if (rows !== undefined && plain(sample) === plain(wanted)) return;
  const given = formatShape(shape);
  const expected = formatShape(['rows', ...wanted] as unknown as Shape);
  const one =
    plain(shape) === plain(wanted) && shape.length > 0 ? ': reshape(1, …) turns it into one row' : '';
  throw refuse('invalid_shape', `${given} given, but the model takes ${expected}${one}`);
}

function notFinite(values: TableNumbers, shape: Shape, first: number): Detail[] {
  const details: Detail[] = [];
  if (values instanceof Uint8Array || values instanceof Int32Array) return details;
  const width = sizeOf(shape);
  for (let i = 0; i < values.length && details.length < MAX_DETAILS; i++) {
    if (Math.abs(values[i]!) <= FLOAT32_MAX) continue;
    const param = `inputs[${first + Math.floor(i / width)}]${placeIn(i % width, shape)}`;
    details.push({ param, code: 'not_a_number', message: cellProblem(values[i])! });
  }
  return details;
}
