// Decides how a reduce kernel is vectorized: along its sums or across its results, and how many results at a time. The choice depends on
// sizes and strides only, so the program fixes the order of additions.

import { coefficient } from '../../../affine.ts';
import type { Expression } from '../../../expression.ts';
import { type ReduceKernel, visitExpression } from '../../../lower/kernel.ts';
import { sizeOf } from '../../../shape.ts';

/** Accumulators that take turns, and the minimum number of turns for which they are worth their code. */
export const ACCUMULATORS = 4;
export const LEAST_TURNS = 4;
/** Maximum vectors of results side by side. */
const MOST_VECTORS = 4;

/** Instructions that load the operands of the body, with the lanes along variable `v`. */
function loadCost(kernel: ReduceKernel, v: number): number {
  let cost = 1;
  const visit = (node: Expression) => {
    if (node.kind !== 'load') return;
    const step = coefficient(node.address, v);
    const scattered =
      (node.row?.kind === 'load' && coefficient(node.row.address, v) !== 0) || (step !== 0 && step !== 1);
    cost += scattered ? (step === 2 ? 3 : 8) : 1;
  };
  const seen = new Set<Expression>();
  for (const { body } of kernel.terms) visitExpression(body, visit, seen);
  return cost;
}

/** Whether the lanes of a vector lie along the sum rather than across the results. */
export function lanesAlong(kernel: ReduceKernel): boolean {
  const { sizes, reduced, combine } = kernel;
  if (combine === 'argmax' || reduced.length === 0) return false;
  const width = sizes.at(-1) ?? 1;
  const depth = reduced.at(-1)!;
  const innerReduced = sizes.length + reduced.length - 1;
  const along =
    sizeOf(sizes) *
    (sizeOf(reduced.slice(0, -1)) * Math.ceil(depth / 4) * loadCost(kernel, innerReduced) + 6);
  const across =
    sizeOf(sizes.slice(0, -1)) * Math.ceil(width / 4) * sizeOf(reduced) * loadCost(kernel, sizes.length - 1);
  return along < across;
}

/** How many neighboring results are summed at a time. */
export function reduceStep(kernel: ReduceKernel): number {
  return lanesAlong(kernel) ? 1 : 4 * vectorsOf(kernel);
}

/** Vectors of results that are summed at a time: more than one for long sums, so that whole cache lines are used while they are in the cache. */
export function vectorsOf(kernel: ReduceKernel): number {
  const { sizes, reduced, combine, terms } = kernel;
  const long = (reduced.at(-1) ?? 0) >= ACCUMULATORS * LEAST_TURNS && combine === 'sum';
  const wide = (sizes.at(-1) ?? 1) >= 4 * MOST_VECTORS;
  return long && wide && !lanesAlong(kernel) ? Math.max(1, Math.floor(MOST_VECTORS / terms.length)) : 1;
}
