// Estimates the cost of kernels from their sizes, in nanoseconds on one core of a common machine, accurate to about a factor of two. The
// estimate decides how many threads a program gets and which kernels are not worth splitting. It never affects a result.

import type { Expression } from '../../expression.ts';
import { type Kernel, visitExpression } from '../../lower/kernel.ts';
import { sizeOf } from '../../shape.ts';

/** Nanoseconds of overhead per call. */
const CALL = 20;
const PER_MULTIPLY_ADD = 1 / 45;
/** Per element: a load or store, a simple operation, a function evaluated as a polynomial. */
const PER_ACCESS = 0.15;
const PER_OPERATION = 0.05;
const PER_FUNCTION = 0.6;
/** Per element: a load through a row number, a random draw. */
const PER_GATHER = 0.5;
const PER_DRAW = 2;

function perElement(roots: readonly Expression[]): number {
  let cost = 0;
  const seen = new Set<Expression>();
  for (const root of roots) {
    visitExpression(
      root,
      (node) => {
        if (node.kind === 'load') cost += node.row === null ? PER_ACCESS : PER_GATHER;
        if (node.kind === 'uniform') cost += PER_DRAW;
        if (node.kind === 'op')
          cost += ['exp', 'log', 'tanh', 'erf'].includes(node.op) ? PER_FUNCTION : PER_OPERATION;
      },
      seen,
    );
  }
  return cost;
}

export function nanosecondsOf(kernel: Kernel): number {
  switch (kernel.form) {
    case 'map': {
      const values = kernel.stores.map(({ value }) => value);
      return CALL + sizeOf(kernel.sizes) * (perElement(values) + kernel.stores.length * PER_ACCESS);
    }
    case 'reduce': {
      const results = sizeOf(kernel.sizes);
      return (
        CALL +
        results *
          sizeOf(kernel.reduced) *
          (perElement(kernel.terms.map(({ body }) => body)) + kernel.terms.length * PER_OPERATION) +
        results * (perElement(kernel.terms.map(({ store }) => store.value)) + kernel.terms.length)
      );
    }
    case 'contract': {
      const { batch, m, n, k } = kernel;
      const results = sizeOf(batch) * sizeOf(m) * sizeOf(n);
      return CALL + results * (sizeOf(k) * PER_MULTIPLY_ADD + perElement([kernel.store.value]) + 0.3);
    }
    case 'scatter':
      return (
        CALL + kernel.width * (kernel.rows * PER_ACCESS + kernel.count * (perElement([kernel.values]) + 0.5))
      );
  }
}

/** Floating-point operations of a contraction's multiply-adds; 0 for other kernels, which are memory-bound. */
export function kernelFlops(kernel: Kernel): number {
  if (kernel.form !== 'contract') return 0;
  const { batch, m, n, k } = kernel;
  return 2 * sizeOf(batch) * sizeOf(m) * sizeOf(n) * sizeOf(k);
}
