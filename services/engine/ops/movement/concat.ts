// Concatenates the inputs along one axis.

import { ShapeError } from '../../errors.ts';
import { sameShape, stridesOf } from '../../shape.ts';
import type { Op } from '../op.ts';

export interface ConcatAttrs {
  readonly axis: number;
}

export const concat: Op<ConcatAttrs> = {
  name: 'concat',
  infer(inputs, attrs) {
    const { axis } = attrs;
    const [first] = inputs;
    const others = (shape: readonly number[]) => shape.filter((_, i) => i !== axis);
    if (inputs.some(({ shape }) => !sameShape(others(shape), others(first!.shape)))) {
      throw new ShapeError(
        'concat',
        inputs.map(({ shape }) => shape),
        `all sizes but that of axis ${axis} must agree`,
      );
    }
    const total = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0);
    return { shape: first!.shape.map((size, i) => (i === axis ? total : size)), dtype: first!.dtype };
  },
  // Each input gets its slice of the gradient.
  gradient: (f, y, gy) => {
    const { axis } = y.attrs;
    let from = 0;
    return y.inputs.map((input) => {
      const start = y.shape.map((_, i) => (i === axis ? from : 0));
      from += input.shape[axis]!;
      return f.slice(
        gy,
        start,
        y.shape.map((size, i) => (i === axis ? from : size)),
      );
    });
  },
  meaning: {
    kind: 'assemble',
    regions: (t) => {
      const { axis } = t.attrs;
      const strides = stridesOf(t.shape);
      let from = 0;
      return t.inputs.map((input) => {
        const offset = from * strides[axis]!;
        from += input.shape[axis]!;
        return { offset, strides };
      });
    },
  },
  cases: [
    {
      shapes: [
        [2, 3],
        [2, 5],
      ],
      attrs: { axis: 1 },
    },
    {
      shapes: [
        [1, 3],
        [4, 3],
        [2, 3],
      ],
      attrs: { axis: 0 },
    },
    {
      shapes: [
        [2, 1, 3],
        [2, 4, 3],
      ],
      attrs: { axis: 1 },
    },
  ],
};
