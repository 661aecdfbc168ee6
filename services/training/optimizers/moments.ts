// Shared by Adam, AdamW and NAdam: the running mean m and running mean of squares v of the gradient, and √v with bias correction (the
// corrections are computed on the host, in doubles).

import { z } from 'zod';
import { add, maximum, mul, neg, scale, shift, sqrt } from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import { times, type Update } from './optimizer.ts';

const beta = z.number().min(0).lt(1);

export const Betas = z
  .tuple([beta, beta], { error: 'must be two numbers from 0 to below 1, as in [0.9, 0.999]' })
  .default([0.9, 0.999])
  .describe('Decay rates of the running mean and variance');

export interface MomentsArgs {
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly amsgrad?: boolean;
}

/** β₁ is Adam's momentum, which a schedule may move. */
export function withFirstBeta<A extends { readonly betas: readonly [number, number] }>(
  args: A,
  momentum: number,
): A {
  return { ...args, betas: [momentum, args.betas[1]] };
}

export const momentSlots = ({ amsgrad }: MomentsArgs) => [
  'exp_avg',
  'exp_avg_sq',
  ...(amsgrad === true ? ['max_exp_avg_sq'] : []),
];

/**
 *   m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g²
 * @param g the gradient, weight decay included
 * @param correction 1 / √(1 − β₂ᵗ)
 * @returns m, and √v · correction + ε; with amsgrad, v is its maximum so far
 */
export function moments(
  { betas: [beta1, beta2], eps, amsgrad }: MomentsArgs,
  g: Tensor,
  correction: Tensor,
  { slot, keep, momentum = null }: Pick<Update, 'slot' | 'keep'> & { momentum?: Tensor | null },
): { m: Tensor; deviation: Tensor } {
  const m = add(
    times(slot('exp_avg'), momentum ?? beta1),
    times(g, momentum === null ? 1 - beta1 : shift(neg(momentum), 1)),
  );
  const v = add(scale(slot('exp_avg_sq'), beta2), scale(mul(g, g), 1 - beta2));
  keep('exp_avg', m);
  keep('exp_avg_sq', v);
  let below = v;
  if (amsgrad === true) {
    below = maximum(slot('max_exp_avg_sq'), v);
    keep('max_exp_avg_sq', below);
  }
  return { m, deviation: shift(mul(sqrt(below), correction), eps) };
}
