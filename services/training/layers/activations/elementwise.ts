// Elementwise activations: one function applied to every number; the shape stays the same.

import { z } from 'zod';
import {
  constantLike,
  detach,
  exp,
  greater,
  maximum,
  minimum,
  mul,
  shift,
  where,
} from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import { FLOAT32_MAX } from '../../data/formats/flatten.ts';
import type { Args, ArgsShape, Refuse } from '../../model/component.ts';
import { sizeOf } from '../../model/shape.ts';
import { defineLayer, eachAlone, type Layer } from '../layer.ts';

export function elementwise<S extends ArgsShape>(activation: {
  type: string;
  help: string;
  args: S;
  apply: (x: Tensor, args: Args<S>) => Tensor;
  /** Whether the output is bounded on at least one side; true for most. */
  bounded?: boolean;
  /** Checks that its schema cannot express. */
  check?: (args: Args<S>, refuse: Refuse) => void;
  shown?: (args: Args<S>) => Readonly<Record<string, unknown>>;
}): Layer {
  const { type, help, args, apply, bounded = true, check, shown } = activation;
  return defineLayer<S>({
    type,
    help,
    args,
    bounded,
    infer(given, { shape }, refuse) {
      check?.(given, refuse);
      return { output: shape };
    },
    sequence: (_, axis) => eachAlone(axis),
    forward: (x, given) => apply(x, given),
    flops: (_, input) => sizeOf(input),
    shown: (given) => shown?.(given) ?? {},
  });
}

/** A finite activation argument with torch's default. */
export const number = (what: string, fallback: number) =>
  z.number().min(-FLOAT32_MAX).max(FLOAT32_MAX).default(fallback).describe(what);

export const inplace = z.boolean().default(false).describe("torch's memory hint; has no effect here");

/** torch prints it only if set. */
export const shownInplace = (args: { inplace: boolean }) => (args.inplace ? { inplace: true } : {});

/** x where x > 0, else `negative`; the slope at 0 is that of `negative`. */
export function fromZero(x: Tensor, negative: Tensor): Tensor {
  return where(greater(x, constantLike(x, 0)), x, negative);
}

/** eˣ − 1 for x ≤ 0, else 0: the discarded side never overflows. */
export function expm1BelowZero(x: Tensor): Tensor {
  const zero = constantLike(x, 0);
  return shift(exp(where(greater(x, zero), zero, x)), -1);
}

/** x clamped to [low, high]. The slope is 1 strictly inside and 0 at both ends, as in torch. */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  const [bottom, top] = [constantLike(x, low), constantLike(x, high)];
  const inside = mul(greater(x, bottom), greater(top, x));
  return where(inside, x, detach(minimum(maximum(x, bottom), top)));
}
