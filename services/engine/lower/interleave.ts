// Maps whose innermost axis is the places of a window, two of them, side by side in memory: one vector would hold two numbers.
// The axis is written out instead, as two stores for each index that is left, two elements apart: the vectors then lie along the
// axis before it. Pure data to pure data; every number is computed as before.

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
