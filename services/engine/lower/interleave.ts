// Handles maps whose innermost axis is a window of size 2 with both positions adjacent in memory, so that a vector along it would hold only
// two numbers. The axis is unrolled into two stores, two elements apart for consecutive indices, so that vectors run along the axis before
// it. Pure data to pure data; no number changes.

import { coefficient } from '../affine.ts';
import type { Affine, Expression } from '../expression.ts';
import { Interner } from './intern.ts';
import type { Kernel, Store } from './kernel.ts';
import { rewrite } from './rewrite.ts';

const PLACES = 2;
/** Minimum length of the axis before it: a shorter one would not fill a vector either. */
const LEAST_BEFORE = 4;

export function interleave(kernel: Kernel): Kernel {
  if (kernel.form !== 'map') return kernel;
  const { sizes, stores } = kernel;
  const last = sizes.length - 1;
  const isPairs =
    sizes[last] === PLACES &&
    sizes[last - 1]! >= LEAST_BEFORE &&
    stores.every(
      ({ address }) => coefficient(address, last) === 1 && coefficient(address, last - 1) === PLACES,
    );
  if (!isPairs) return kernel;
  const places = Array.from({ length: PLACES }, (_, place) => {
    const move = ({ coefficients, offset }: Affine): Affine => ({
      coefficients: coefficients.slice(0, last),
      offset: offset + (coefficients[last] ?? 0) * place,
    });
    return { move, memo: new Map<Expression, Expression>() };
  });
  // Whatever does not depend on the position is computed once.
  const interner = new Interner();
  const written = stores.flatMap(({ buffer, address, value }) =>
    places.map(
      ({ move, memo }): Store => ({
        buffer,
        address: move(address),
        value: interner.of(rewrite(value, move, memo)),
      }),
    ),
  );
  return { ...kernel, sizes: sizes.slice(0, last), stores: written };
}
