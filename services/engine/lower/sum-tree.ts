// Splits long sums into a tree of shorter ones: one kernel sums blocks into partial sums, the next sums those, and so on. The tree is a
// function of the sizes alone, so the bits do not depend on tiling or thread count; the error grows with the length of a block, not of the
// sum (pairwise summation: Higham, Accuracy and Stability of Numerical Algorithms, 4.2); and the blocks form an outermost loop that threads
// can split.

import { coefficient, linear, variables } from '../affine.ts';
import type { Affine, Expression } from '../expression.ts';
import { sizeOf, stridesOf } from '../shape.ts';
import type { BufferTable } from './buffers.ts';
import { collapse } from './collapse.ts';
import type { Kernel, ReduceKernel } from './kernel.ts';
import { rewrite } from './rewrite.ts';

/** Maximum elements per block. */
export const BLOCK = 512;
/** Shorter sums take one kernel: a second one would cost more than it gains. */
export const LONG = 4 * BLOCK;

export interface Cut {
  /** The summed axis that is cut; axes after it lie entirely within a block, axes before it outside. */
  readonly axis: number;
  /** Length of a block along that axis. */
  readonly step: number;
}

/** How to cut a sum over axes of these sizes, or null if it is short. */
export function cutOf(reduced: readonly number[]): Cut | null {
  if (sizeOf(reduced) < LONG) return null;
  let axis = reduced.length - 1;
  let inner = 1;
  while (inner * reduced[axis]! <= BLOCK) inner *= reduced[axis--]!;
  const most = Math.floor(BLOCK / inner);
  // Blocks of equal length need no kernel for a remainder.
  for (let step = most; step > most / 2; step--) if (reduced[axis]! % step === 0) return { axis, step };
  return { axis, step: most };
}

/** The kernels that compute a long sum as a tree; any other kernel is returned unchanged. Adds buffers for the partial sums. */
export function sumTree(kernel: Kernel, buffers: BufferTable): Kernel[] {
  if (kernel.form !== 'reduce' || kernel.combine !== 'sum') return [kernel];
  if (kernel.terms.some(({ body }) => body.dtype !== 'f32')) return [kernel];
  const cut = cutOf(kernel.reduced);
  if (cut === null) return [kernel];
  const { sizes, reduced, terms } = kernel;
  const { axis, step } = cut;
  const rank = sizes.length;
  const before = reduced.slice(0, axis);
  const inside = reduced.slice(axis + 1);
  const whole = Math.floor(reduced[axis]! / step);
  const left = reduced[axis]! % step;
  const blocks = [...before, whole + (left > 0 ? 1 : 0)];
  const strides = stridesOf([...blocks, ...sizes]);
  const size = sizeOf(blocks) * sizeOf(sizes);
  const name = `${sizeOf(blocks)} partial sums`;
  const partials = terms.map(() => buffers.add({ kind: 'scratch', name, size, dtype: 'f32' }));

  /** `count` blocks of `length` positions, starting with block `first`. Loop variables: blocks, results, then those within a block. */
  const block = (first: number, count: number, length: number): Kernel => {
    const outer = [...before, count, ...sizes];
    const move = (affine: Affine): Affine => {
      const at = (v: number) => coefficient(affine, v);
      const along = at(rank + axis);
      const outside = before.map((_, i) => at(rank + i));
      const within = inside.map((_, i) => at(rank + axis + 1 + i));
      const coefficients = [...outside, along * step, ...sizes.map((_, v) => at(v)), along, ...within];
      return { coefficients, offset: affine.offset + along * step * first };
    };
    const address = linear(variables(outer.length), strides, first * strides[axis]!);
    const memo = new Map<Expression, Expression>();
    return collapse({
      form: 'reduce',
      sizes: outer,
      reduced: [length, ...inside],
      combine: 'sum',
      terms: terms.map(({ body }, i) => ({
        body: rewrite(body, move, memo),
        store: { buffer: partials[i]!, address, value: { kind: 'core', dtype: 'f32' } },
      })),
    });
  };

  const index = variables(rank + 1);
  const address = linear([index[rank]!, ...index.slice(0, rank)], [sizeOf(sizes), ...stridesOf(sizes)], 0);
  const together: ReduceKernel = {
    ...kernel,
    reduced: [sizeOf(blocks)],
    terms: terms.map(({ store }, i) => ({
      body: { kind: 'load', dtype: 'f32', buffer: partials[i]!, address, row: null, rowStride: 0 },
      store,
    })),
  };
  return [block(0, whole, step), ...(left > 0 ? [block(whole, 1, left)] : []), ...sumTree(together, buffers)];
}
