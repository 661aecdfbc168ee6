// Elementwise functions with numpy-style broadcasting.

import { ShapeError } from '../errors.ts';
import { ops } from '../ops/index.ts';
import type { Op } from '../ops/op.ts';
import { broadcastShapes } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { constant } from './leaves.ts';
import { broadcastTo } from './movement.ts';

function broadcasting(op: Op): (a: Tensor, b: Tensor) => Tensor {
  return (a, b) => {
    const shape = broadcastShapes(a.shape, b.shape);
    if (shape === null) throw new ShapeError(op.name, [a.shape, b.shape], 'the shapes must broadcast');
    return a.graph.add(op, [broadcastTo(a, shape), broadcastTo(b, shape)]);
  };
}

export const add = broadcasting(ops.add);
export const sub = broadcasting(ops.sub);
export const mul = broadcasting(ops.mul);
export const div = broadcasting(ops.div);
export const maximum = broadcasting(ops.maximum);
export const minimum = broadcasting(ops.minimum);
/** 1 where equal, else 0 (f32). */
export const equal = broadcasting(ops.equal);
/** 1 where a > b, else 0 (f32). */
export const greater = broadcasting(ops.greater);

export const neg = (t: Tensor): Tensor => t.graph.add(ops.neg, [t]);
export const erf = (t: Tensor): Tensor => t.graph.add(ops.erf, [t]);
export const exp = (t: Tensor): Tensor => t.graph.add(ops.exp, [t]);
export const log = (t: Tensor): Tensor => t.graph.add(ops.log, [t]);
export const log1p = (t: Tensor): Tensor => t.graph.add(ops.log1p, [t]);
export const sqrt = (t: Tensor): Tensor => t.graph.add(ops.sqrt, [t]);
export const abs = (t: Tensor): Tensor => t.graph.add(ops.abs, [t]);
export const relu = (t: Tensor): Tensor => t.graph.add(ops.relu, [t]);
export const sigmoid = (t: Tensor): Tensor => t.graph.add(ops.sigmoid, [t]);
export const tanh = (t: Tensor): Tensor => t.graph.add(ops.tanh, [t]);
/** i32 as f32; f32 as it is. */
export const toF32 = (t: Tensor): Tensor => (t.dtype === 'f32' ? t : t.graph.add(ops.toF32, [t]));
/** t · factor */
export const scale = (t: Tensor, factor: number): Tensor => mul(t, constant(t.graph, factor));
/** t + term */
export const shift = (t: Tensor, term: number): Tensor => add(t, constant(t.graph, term));

/** a where the condition is nonzero, else b. */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  const inner = broadcastShapes(a.shape, b.shape);
  const shape = inner && broadcastShapes(condition.shape, inner);
  if (shape === null)
    throw new ShapeError('where', [condition.shape, a.shape, b.shape], 'the shapes must broadcast');
  return a.graph.add(
    ops.where,
    [condition, a, b].map((t) => broadcastTo(t, shape)),
  );
}

/** The same values, through which no gradient flows. */
export const detach = (t: Tensor): Tensor => t.graph.add(ops.detach, [t]);
