// What the engine throws that others catch by its kind.

import type { DType } from './expression.ts';
import { formatShape, type Shape } from './shape.ts';

/** A mistake in how a graph was built. It carries data, so that whoever knows the user's words can say it in them. */
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

/** Numbers of kinds that an op does not take together: no op converts in silence. */
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

/** More memory than there is, or than is allowed. */
export class OutOfMemory extends Error {}
