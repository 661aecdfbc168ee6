// A graph of tensors: each is the result of one primitive op on others. Building a graph computes nothing.

import { checkDTypes } from './dtypes.ts';
import type { DType } from './expression.ts';
import type { Op } from './ops/op.ts';
import type { Shape } from './shape.ts';

/** @typeParam A the attributes of its op; see isResultOf */
export interface Tensor<A = unknown> {
  readonly id: number;
  readonly graph: Graph;
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly attrs: A;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Whether the tensor is a result of `op`, and so has the attributes of that op. */
export function isResultOf<A>(t: Tensor, op: Op<A>): t is Tensor<A> {
  return t.op === op;
}

export class Graph {
  /** In order of creation, which is topological: inputs come before their users. */
  readonly tensors: Tensor[] = [];

  /**
   * Adds `op(inputs)` to the graph.
   * @throws ShapeError or DTypeError if the inputs violate the op's rules
   */
  add(op: Op, inputs: readonly Tensor[], attrs: unknown = null): Tensor {
    checkDTypes(
      op,
      inputs.map((input) => input.dtype),
    );
    const { shape, dtype } = op.infer(inputs, attrs);
    const tensor: Tensor = { id: this.tensors.length, graph: this, op, inputs, attrs, shape, dtype };
    this.tensors.push(tensor);
    return tensor;
  }
}
