// Sums the gradients of a tensor that is used several times. A plain sum would do, but two patterns in networks that share weights over
// time can be written as one large contraction instead of many small ones and their sum:
//
//   Σₜ Aₜ Bₜ          =  [A₁ A₂ …] [B₁; B₂; …]       a weight used at every time step
//   Σₜ pad(gₜ)        =  concat(g₁, g₂, …)           a tensor that was sliced into its time steps

import { add, concat, constant, matmul, transpose } from './functions.ts';
import { ops } from './ops/index.ts';
import type { PadAttrs } from './ops/movement/pad.ts';
import type { Shape } from './shape.ts';
import { isResultOf, type Tensor } from './tensor.ts';

/** @param terms at least one, all of one shape, latest use first (the order in which the backward pass meets them) */
export function accumulate(terms: readonly Tensor[]): Tensor {
  if (terms.length === 1) return terms[0]!;
  const inOrder = [...terms].reverse();
  const products = inOrder.filter((t) => t.op === ops.matmul && t.shape.length === 2);
  const padded = Map.groupBy(inOrder, slicedAxis);
  padded.delete(null);
  const done = new Set<Tensor>();
  const sums: Tensor[] = [];
  if (products.length > 1) {
    sums.push(productOfConcatenations(products));
    for (const t of products) done.add(t);
  }
  for (const [axis, parts] of padded) {
    const joined = parts.length > 1 ? joinParts(parts, axis!) : null;
    if (joined === null) continue;
    sums.push(joined);
    for (const t of parts) done.add(t);
  }
  sums.push(...inOrder.filter((t) => !done.has(t)));
  return sums.reduce((total, t) => add(total, t));
}

function productOfConcatenations(products: readonly Tensor[]): Tensor {
  const left = joinAlong(
    products.map((t) => t.inputs[0]!),
    1,
  );
  const right = joinAlong(
    products.map((t) => t.inputs[1]!),
    0,
  );
  return matmul(left, right);
}

/**
 * Concatenates matrices. If all of them are transposed views, their sources are concatenated and the result transposed, which avoids
 * copying through the views.
 */
function joinAlong(matrices: readonly Tensor[], axis: 0 | 1): Tensor {
  const transposed = matrices.every(
    (t) => isResultOf(t, ops.permute) && t.attrs.order[0] === 1 && t.shape.length === 2,
  );
  if (!transposed) return concat(matrices, axis);
  return transpose(
    concat(
      matrices.map((t) => t.inputs[0]!),
      1 - axis,
    ),
  );
}

/** The one axis along which a term is padded; null if the term is not padding along exactly one axis with step 1. */
function slicedAxis(t: Tensor): number | null {
  if (!isResultOf(t, ops.pad)) return null;
  const { before, after, step } = t.attrs;
  const axes = before.flatMap((count, axis) => (count + after[axis]! > 0 ? [axis] : []));
  return axes.length === 1 && step.every((s) => s === 1) ? axes[0]! : null;
}

/** Concatenates the parts at their offsets, with zeros in the gaps; null if two overlap. */
function joinParts(parts: readonly Tensor[], axis: number): Tensor | null {
  const [first] = parts;
  const start = (t: Tensor) => (t.attrs as PadAttrs).before[axis]!;
  const sorted = [...parts].sort((a, b) => start(a) - start(b));
  const pieces: Tensor[] = [];
  let end = 0;
  const zeros = (count: number) => {
    const shape: Shape = first!.shape.map((size, i) => (i === axis ? count : size));
    if (count > 0) pieces.push(constant(first!.graph, 0, shape, first!.dtype));
  };
  for (const part of sorted) {
    if (start(part) < end) return null;
    zeros(start(part) - end);
    pieces.push(part.inputs[0]!);
    end = start(part) + part.inputs[0]!.shape[axis]!;
  }
  zeros(first!.shape[axis]! - end);
  return concat(pieces, axis);
}
