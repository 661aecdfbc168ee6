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
  /** The momentum of this step, where a schedule moves it. */
  readonly momentum?: Tensor;
  /** What the slot holds after this step. */
  keep(slot: string, value: Tensor): void;
}

export interface OptimizerMethods<A> {
  /** Vectors like theta that persist; torch's names. */
  slots(args: A): readonly string[];
  /** What slots hold before the first step; 0 if omitted. */
  initially?(args: A): Readonly<Record<string, number>>;
  /** The names of what `scalarsAt` gives, in order. */
  scalars(args: A): readonly string[];
  /** For step 1, 2, …, at learning rate `lr`. */
  scalarsAt(args: A, step: number, lr: number): readonly number[];
  /** theta after the step. */
  update(args: A, update: Update): Tensor;
  /** The arguments with another momentum (Adam's first beta), where a schedule may move it. */
  withMomentum?(args: A, momentum: number): A;
  /** What its schema cannot say. */
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

/** t · factor */
export function times(t: Tensor, factor: number | Tensor): Tensor {
  return typeof factor === 'number' ? scale(t, factor) : mul(t, factor);
}

export const maximize = z.boolean().default(false).describe('Maximise instead');

/** What is stepped along: the gradient, turned round where the loss is to grow, with the pull of weight decay. */
export function decayed(
  { weight_decay, maximize = false }: { weight_decay: number; maximize?: boolean },
  { theta, gradient }: Pick<Update, 'theta' | 'gradient'>,
): Tensor {
  const g = maximize ? neg(gradient) : gradient;
  return weight_decay === 0 ? g : add(g, scale(theta, weight_decay));
}
