// Scaled dot-product attention with several heads (Vaswani et al., "Attention is all you need", 2017, section 3.2): every position queries
// all others, or if causal those up to itself, and takes the mean of their values weighted by the match of their keys.

import { LIMITS } from '#contracts/limits.ts';
import {
  constant,
  equal,
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
import type { Refuse } from '../../model/component.ts';
import type { Memory, Step } from '../layer.ts';

export interface AttentionShape {
  readonly heads: number;
  readonly causal: boolean;
  /** [batch, time], 1 for each position that may be attended to; all may if omitted. */
  readonly mask?: Tensor | undefined;
}

/**
 * @param projected [batch, time, 3 · features]: queries, keys and values side by side
 * @param thin dropout on the attention weights [batch, heads, time, time]
 * @returns [batch, time, features]
 */
export function attention(
  projected: Tensor,
  { heads, causal, mask }: AttentionShape,
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
  const real = mask === undefined ? scores : withoutPadding(scores, mask);
  const shares = softmax(causal ? withoutLater(real) : real);
  const answers = matmul(thin(shares), values);
  return reshape(permute(answers, [0, 2, 1, 3]), [batch, time, features]);
}

/** The memory of previous positions: their keys and values. */
export function attentionMemory(heads: number, time: number, features: number): Memory[] {
  const shape = [heads, time, features / heads];
  return [
    { key: 'keys', shape },
    { key: 'values', shape },
  ];
}

/**
 * Attention for a single position, which attends to itself and to the remembered ones before it.
 * @param projected [1, 1, 3 · features]
 * @returns [1, 1, features]
 */
export function attentionStep(
  projected: Tensor,
  heads: number,
  { position, remembered, remember }: Step,
): Tensor {
  const { graph } = projected;
  const features = projected.shape[2]! / 3;
  const width = features / heads;
  const split = reshape(projected, [3, heads, 1, width]);
  const part = (index: number) =>
    reshape(slice(split, [index, 0, 0, 0], [index + 1, heads, 1, width]), [heads, 1, width]);
  const before = remembered('keys');
  const places = toF32(iota(graph, [1, before.shape[1]!, 1], 1));
  const here = equal(places, position);
  const keys = where(here, part(1), before);
  const values = where(here, part(2), remembered('values'));
  remember('keys', keys);
  remember('values', values);
  const scores = scale(matmul(part(0), permute(keys, [0, 2, 1])), 1 / Math.sqrt(width));
  const later = greater(permute(places, [0, 2, 1]), position);
  const shares = softmax(where(later, constant(graph, LOWEST), scores));
  return reshape(matmul(shares, values), [1, 1, features]);
}

/** Causal mask: scores [batch, heads, query, key] with the lowest number where the key comes after the query. */
function withoutLater(scores: Tensor): Tensor {
  const { graph, shape } = scores;
  const square = shape.slice(-2);
  const later = greater(toF32(iota(graph, square, 1)), toF32(iota(graph, square, 0)));
  return where(later, constant(graph, LOWEST), scores);
}

/** Masks keys that are padding, like torch's key_padding_mask. */
function withoutPadding(scores: Tensor, mask: Tensor): Tensor {
  const [batch, time] = mask.shape as [number, number];
  return where(reshape(mask, [batch, 1, 1, time]), scores, constant(scores.graph, LOWEST));
}

/** Numbers per sample in the forward and backward pass: scores, attention weights and their gradients, and the projections. */
export function attentionWorkspace(heads: number, time: number, features: number): number {
  return 4 * heads * time * time + 12 * time * features;
}

/** Checks the number of heads; false if it was refused. */
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
      `${product} is ${scores} scores per sample, the limit is ${LIMITS.sampleSize} (from ${from})`,
      'too_big',
    );
    return false;
  }
  return true;
}
