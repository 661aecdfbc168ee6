// Factories of elementwise ops: all inputs and the output have the same shape.

import { ShapeError } from '../../errors.ts';
import { apply, type DType, type Expression, type ScalarOp } from '../../expression.ts';
import { sameShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { type Algebra, ODD_SHAPES, type Op, type Shaped } from '../op.ts';

interface Definition {
  name: string;
  arity: number;
  apply: (...values: number[]) => number;
  /** A scalar op that the emitters know, or an expression composed of them. */
  express: ScalarOp | ((...values: Expression[]) => Expression);
  gradient: ((f: Algebra, gy: Tensor, y: Tensor, ...x: Tensor[]) => readonly (Tensor | null)[]) | null;
  dtype?: (inputs: readonly Shaped[]) => DType;
  cost?: number;
  conditions?: number;
  domain?: readonly [number, number];
  inputDtype?: DType;
}

export function elementwise(definition: Definition): Op {
  const { name, arity, express: scalar, gradient, domain, inputDtype } = definition;
  return {
    name,
    infer(inputs) {
      const shapes = inputs.map((input) => input.shape);
      if (inputs.length !== arity || shapes.some((shape) => !sameShape(shape, shapes[0]!))) {
        throw new ShapeError(name, shapes, `takes ${arity} tensors of one shape`);
      }
      return { shape: shapes[0]!, dtype: definition.dtype?.(inputs) ?? inputs[0]!.dtype };
    },
    gradient: gradient && ((f, y, gy) => gradient(f, gy, y, ...y.inputs)),
    meaning: {
      kind: 'elementwise',
      apply: definition.apply,
      express: typeof scalar === 'string' ? (...values) => apply(scalar, ...values) : scalar,
      cost: definition.cost ?? 1,
      ...(definition.conditions === undefined ? {} : { conditions: definition.conditions }),
    },
    cases: ODD_SHAPES.map((shape) => ({
      shapes: new Array(arity).fill(shape),
      ...(domain === undefined ? {} : { domain }),
      ...(inputDtype === undefined ? {} : { dtype: inputDtype }),
    })),
  };
}
