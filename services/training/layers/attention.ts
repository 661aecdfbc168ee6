// Scaled dot-product attention of several heads (Vaswani et al., "Attention is all you need", 2017, section 3.2): every
// position asks all others, or when causal those up to itself, and takes the mean of their values by how well they answer.

import { LIMITS } from '#contracts/limits.ts';
import {
  constant,
  greater,
  iota,
  LOWEST,
  matmul,
  permute,
  reshape,
  scale,
  slice,
  softmax,
  toF32,
  where,
} from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import type { Refuse } from '../component.ts';

export interface AttentionShape {
  readonly heads: number;
  readonly causal: boolean;
}

/**
 * @param projected [batch, time, 3 · features]: queries, keys and values side by side
 * @param thin what becomes of the shares [batch, heads, time, time] before the values are weighed with them
 * @returns [batch, time, features]
 */
export function attention(
  projected: Tensor,
  { heads, causal }: AttentionShape,
  thin: (shares: Tensor) => Tensor,
): Tensor {
  const [batch, time, columns] = projected.shape as [number, number, number];
  const features = columns / 3;
  const width = features / heads;
  const split = reshape(projected, [batch, time, 3 * heads, width]);
  const part = (index: number) =>
    slice(split, [0, 0, index * heads, 0], [batch, time, (index + 1) * heads, width]);
  const queries = permute(part(0), [0, 2, 1, 3]);
  const keys = permute(part(1), [0, 2, 3, 1]);
  const values = permute(part(2), [0, 2, 1, 3]);
  const scores = scale(matmul(queries, keys), 1 / Math.sqrt(width));
  const shares = softmax(causal ? withoutLater(scores) : scores);
  const answers = matmul(thin(shares), values);
  return reshape(permute(answers, [0, 2, 1, 3]), [batch, time, features]);
}

/** Scores [batch, heads, asking, answering] with the lowest number where the answer would come from later. */
function withoutLater(scores: Tensor): Tensor {
  const { graph, shape } = scores;
  const square = shape.slice(-2);
  const later = greater(toF32(iota(graph, square, 1)), toF32(iota(graph, square, 0)));
  return where(later, constant(graph, LOWEST), scores);
}

/** Numbers of a sample on the way, there and back: scores, shares and their gradients, and the projections. */
export function attentionWorkspace(heads: number, time: number, features: number): number {
  return 4 * heads * time * time + 12 * time * features;
}

/** Checks the heads; false where what was asked for cannot be. */
export function headsFit(
  { features, heads, time }: { features: number; heads: number; time: number },
  names: { features: string; heads: string },
  from: string,
  refuse: Refuse,
): boolean {
  if (features % heads !== 0) {
    refuse(names.heads, `${names.features} ${features} is not divisible by ${names.heads} ${heads}`);
    return false;
  }
  const scores = heads * time * time;
  if (scores > LIMITS.sampleSize) {
    const product = `${names.heads} × time × time = ${heads} × ${time} × ${time}`;
    refuse(
      null,
      `${product} is ${scores} scores a sample, the limit is ${LIMITS.sampleSize} (from ${from})`,
      'too_big',
    );
    return false;
  }
  return true;
}
