// The functions that gradients are written with. Ops receive them as an argument, since importing them would create a cycle.

import type { Algebra } from '../ops/op.ts';
import { add, div, equal, exp, greater, mul, neg, scale, sub, toF32, where } from './elementwise.ts';
import { constantLike, iota } from './leaves.ts';
import {
  broadcastTo,
  convolution,
  convolutionWeight,
  flip,
  gather,
  matmul,
  pad,
  permute,
  reshape,
  scatter,
  slice,
  transpose,
} from './movement.ts';
import { max, sum } from './reductions.ts';

export const algebra: Algebra = {
  constantLike,
  add,
  sub,
  mul,
  div,
  scale,
  neg,
  exp,
  greater,
  equal,
  where,
  sum,
  max: (t, axes) => max(t, axes, true),
  iota,
  toF32,
  reshape,
  permute,
  transpose,
  broadcastTo,
  slice,
  pad,
  flip,
  gather,
  scatter,
  convolution,
  convolutionWeight,
  matmul,
};
