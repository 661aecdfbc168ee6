// Gradient clipping as in torch.nn.utils: all parameters are one vector.

import type { RenderedTraining } from '#contracts/training/training.ts';
import { constant, constantLike, div, maximum, minimum, mul, shift, sqrt, sum } from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';

/** Clips by norm first, then by value. */
export function clipped(
  gradient: Tensor,
  { clip_grad_norm, clip_grad_value }: Pick<RenderedTraining, 'clip_grad_norm' | 'clip_grad_value'>,
): Tensor {
  let g = gradient;
  if (clip_grad_norm !== null) {
    // clip_grad_norm_: g ← g · min(1, max_norm / (‖g‖₂ + 1e-6))
    const norm = sqrt(sum(mul(g, g)));
    const limit = constant(g.graph, clip_grad_norm);
    g = mul(g, minimum(div(limit, shift(norm, 1e-6)), constant(g.graph, 1)));
  }
  if (clip_grad_value !== null) {
    // clip_grad_value_: g ← max(−v, min(v, g))
    const limit = constantLike(g, clip_grad_value);
    g = maximum(minimum(g, limit), constantLike(g, -clip_grad_value));
  }
  return g;
}
