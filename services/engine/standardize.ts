// Mean 0 and variance 1 over some axes (batch, layer and group norm), with the gradients of the closed form: two sums over
// the gradient in one pass, and one more pass for dx. With n elements a group, r = 1 / √(variance + eps), x̂ = (x − mean) r:
//
//   dx = r (dx̂ − Σdx̂ / n − x̂ Σ(dx̂ x̂) / n)          (Ioffe and Szegedy, "Batch normalization", 2015, 3)

import { add, constant, div, mean, mul, shift, sqrt, sub } from './functions.ts';
import type { DeclaredAttrs } from './ops/declared.ts';
import { ops } from './ops/index.ts';
import type { Algebra } from './ops/op.ts';
import { sizeOf } from './shape.ts';
import type { Tensor } from './tensor.ts';

export interface Standardized {
  readonly y: Tensor;
  /** Per group, biased; the axes are kept, with size 1. */
  readonly mean: Tensor;
  readonly variance: Tensor;
}

export interface Affinity {
  /** Both have the shape of the statistics: one number per group. */
  readonly weight: Tensor;
  readonly bias: Tensor;
}

/** x̂ over `axes`, or x̂ · weight + bias if given. */
export function standardize(
  x: Tensor,
  axes: readonly number[],
  eps: number,
  affinity: Affinity | null = null,
): Standardized {
  const average = mean(x, axes, true);
  const centred = sub(x, average);
  const variance = mean(mul(centred, centred), axes, true);
  const inverse = div(constant(x.graph, 1), sqrt(shift(variance, eps)));
  const normal = mul(centred, inverse);
  const share = sizeOf(average.shape) / sizeOf(x.shape);
  const sums = (f: Algebra, gy: Tensor) =>
    [f.sum(gy, axes, true), f.sum(f.mul(gy, normal), axes, true)] as const;
  /** factor · (gy − Σgy / n − x̂ Σ(gy x̂) / n) */
  const back = (f: Algebra, factor: Tensor, gy: Tensor, total: Tensor, product: Tensor) =>
    f.mul(factor, f.sub(f.sub(gy, f.scale(total, share)), f.mul(normal, f.scale(product, share))));
  const declare = (y: Tensor, inputs: readonly Tensor[], gradient: DeclaredAttrs['gradient']) =>
    x.graph.add(ops.declared, [y, ...inputs], { gradient } satisfies DeclaredAttrs);
  if (affinity === null) {
    const y = declare(normal, [x], (f, gy) => [null, back(f, inverse, gy, ...sums(f, gy))]);
    return { y, mean: average, variance };
  }
  const { weight, bias } = affinity;
  const y = declare(add(mul(normal, weight), bias), [x, weight, bias], (f, gy) => {
    const [total, product] = sums(f, gy);
    return [null, back(f, f.mul(weight, inverse), gy, total, product), product, total];
  });
  return { y, mean: average, variance };
}
