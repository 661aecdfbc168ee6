// Matrix product: [..., M, K] · [..., K, N] → [..., M, N] with equal leading axes. Each output element is summed over k in ascending order,
// whatever the tiling, so a row's result does not depend on the other rows.

import { ShapeError } from '../errors.ts';
import { sameShape } from '../shape.ts';
import type { Op } from './op.ts';

export const matmul: Op = {
  name: 'matmul',
  infer(inputs) {
    const [a, b] = inputs.map((input) => input.shape);
    const fits =
      a!.length >= 2 &&
      a!.length === b!.length &&
      sameShape(a!.slice(0, -2), b!.slice(0, -2)) &&
      a!.at(-1) === b!.at(-2);
    if (!fits) throw new ShapeError('matmul', [a!, b!], 'needs [..., M, K] and [..., K, N]');
    return { shape: [...a!.slice(0, -1), b!.at(-1)!], dtype: 'f32' };
  },
  // dA = dY Bᵀ, dB = Aᵀ dY
  gradient: (f, y, gy) => [f.matmul(gy, f.transpose(y.inputs[1]!)), f.matmul(f.transpose(y.inputs[0]!), gy)],
  meaning: {
    kind: 'contract',
    contraction: (t) => {
      const rank = t.shape.length;
      const batch = t.shape.slice(0, -2);
      const outer = <T>(v: readonly T[]) => v.slice(0, rank - 2);
      return {
        batch,
        m: [t.shape[rank - 2]!],
        n: [t.shape[rank - 1]!],
        k: [t.inputs[0]!.shape[rank - 1]!],
        a: (v) => [...outer(v), v[rank - 2]!, v[rank]!],
        b: (v) => [...outer(v), v[rank]!, v[rank - 1]!],
        out: (v) => v.slice(0, rank),
      };
    },
    order: [0, 1],
  },
  cases: [
    {
      shapes: [
        [1, 1],
        [1, 1],
      ],
    },
    {
      shapes: [
        [2, 3],
        [3, 5],
      ],
    },
    {
      shapes: [
        [7, 13],
        [13, 11],
      ],
    },
    {
      shapes: [
        [16, 10],
        [10, 64],
      ],
    },
    {
      shapes: [
        [5, 1],
        [1, 9],
      ],
    },
    {
      shapes: [
        [2, 3, 4],
        [2, 4, 5],
      ],
    },
  ],
};
