// Engine errors that callers catch by type.

import type { DType } from './expression.ts';
import { formatShape, type Shape } from './shape.ts';

/** A mistake in how a graph was built. It carries data, so that callers can report it in the user's terms. */
export class ShapeError extends Error {
  readonly op: string;
  readonly shapes: readonly Shape[];

  constructor(op: string, shapes: readonly Shape[], rule: string) {
    super(`${op}: ${rule}, got ${shapes.map(formatShape).join(' and ')}`);
    this.name = 'ShapeError';
    this.op = op;
    this.shapes = shapes;
  }
}

/** Dtypes that an op cannot combine; no op converts implicitly. */
export class DTypeError extends Error {
  readonly op: string;
  readonly dtypes: readonly DType[];

  constructor(op: string, dtypes: readonly DType[], rule: string) {
    super(`${op}: ${rule}, got ${dtypes.join(' and ')}`);
    this.name = 'DTypeError';
    this.op = op;
    this.dtypes = dtypes;
  }
}

/** More memory than exists or is allowed. */
export class OutOfMemory extends Error {}
