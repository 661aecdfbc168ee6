// An optimizer. It sees all parameters as one flat vector, theta, beside its gradient and the optimizer's own slots, so its update is one
// kernel. What changes per step (learning rate, bias corrections) is computed on the host in doubles and passed as scalars. An optimizer
// is a file of this form and a line in index.ts.

import { z } from 'zod';
import { add, mul, neg, scale } from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import { FLOAT32_MAX } from '../data/formats/flatten.ts';
import type { Args, ArgsShape, Component, Refuse } from '../model/component.ts';

export interface Update {
  readonly theta: Tensor;
  readonly gradient: Tensor;
  slot(name: string): Tensor;
  scalar(name: string): Tensor;
  /** The momentum of this step, if a schedule controls it. */
  readonly momentum?: Tensor;
  /** Sets the slot's value after this step. */
  keep(slot: string, value: Tensor): void;
}

export interface OptimizerMethods<A> {
  /** Names, as in torch, of persistent vectors of theta's length. */
  slots(args: A): readonly string[];
  /** Fill values of the slots before the first step; 0 if omitted. */
  initially?(args: A): Readonly<Record<string, number>>;
  /** Names of the scalars of `scalarsAt`, in order. */
  scalars(args: A): readonly string[];
  /** For step 1, 2, …, with learning rate `lr`. */
  scalarsAt(args: A, step: number, lr: number): readonly number[];
  /** Returns theta after the step. */
  update(args: A, update: Update): Tensor;
  /** The arguments with another momentum (Adam's first beta); omitted if a schedule cannot control it. */
  withMomentum?(args: A, momentum: number): A;
  /** Checks that its schema cannot express. */
  check?(args: A, refuse: Refuse): void;
}

export interface Optimizer extends Component, OptimizerMethods<Record<string, unknown>> {}

export function defineOptimizer<S extends ArgsShape & { lr: z.ZodType<number> }>(
  optimizer: { type: string; help: string; args: S } & OptimizerMethods<Args<S>>,
): Optimizer {
  return optimizer as unknown as Optimizer;
}

export const rate = (what: string, fallback: number) =>
  z.number().min(0).max(FLOAT32_MAX).default(fallback).describe(what);

export function times(t: Tensor, factor: number | Tensor): Tensor {
  return typeof factor === 'number' ? scale(t, factor) : mul(t, factor);
}

export const maximize = z.boolean().default(false).describe('Maximise instead');

/** The gradient, negated if maximizing, plus weight decay. */
export function decayed(
  { weight_decay, maximize = false }: { weight_decay: number; maximize?: boolean },
  { theta, gradient }: Pick<Update, 'theta' | 'gradient'>,
): Tensor {
  const g = maximize ? neg(gradient) : gradient;
  return weight_decay === 0 ? g : add(g, scale(theta, weight_decay));
}
