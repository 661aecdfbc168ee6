// Flattens all inputs into one vector of `size` elements, each at its offset, with zeros in the gaps. Packing the gradients this way makes
// an optimizer one kernel.

import { sizeOf, stridesOf } from '../../shape.ts';
import type { Op } from '../op.ts';

export interface PackAttrs {
  readonly offsets: readonly number[];
  readonly size: number;
}

export const pack: Op<PackAttrs> = {
  name: 'pack',
  infer(inputs, attrs) {
    const { offsets, size } = attrs;
    const fits = inputs.every((input, i) => offsets[i]! + sizeOf(input.shape) <= (offsets[i + 1] ?? size));
    if (!fits) throw new Error('pack: the inputs overlap or reach over the end');
    return { shape: [size], dtype: 'f32' };
  },
  gradient: null,
  meaning: {
    kind: 'assemble',
    regions: (t) => {
      const { offsets } = t.attrs;
      return t.inputs.map((input, i) => ({ offset: offsets[i]!, strides: stridesOf(input.shape) }));
    },
  },
  cases: [{ shapes: [[2, 3], [5]], attrs: { offsets: [0, 8], size: 16 } }],
};
