// What an optimizer is. It sees all parameters as one flat vector, theta, beside its gradient and its own slots, so
// its update is one kernel. What changes from step to step (learning rate, bias corrections) is computed on the
// host in doubles and handed in as scalars. An optimizer is a file of this form and a line in index.ts.

import { z } from 'zod';
import type { Tensor } from '#engine/tensor.ts';
import type { Args, ArgsShape, Component, Refuse } from '../component.ts';
import { FLOAT32_MAX } from '../data/flatten.ts';

export interface Update {
  readonly theta: Tensor;
  readonly gradient: Tensor;
  slot(name: string): Tensor;
  scalar(name: string): Tensor;
  /** What the slot holds after this step. */
  keep(slot: string, value: Tensor): void;
}

export interface OptimizerMethods<A> {
  /** Vectors like theta that persist, zero before the first step; torch's names. */
  slots(args: A): readonly string[];
  /** The names of what `scalarsAt` gives, in order. */
  scalars(args: A): readonly string[];
  /** For step 1, 2, …, at learning rate `lr`. */
  scalarsAt(args: A, step: number, lr: number): readonly number[];
  /** theta after the step. */
  update(args: A, update: Update): Tensor;
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
