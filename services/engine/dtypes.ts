// Dtype rules of ops: elementwise operands share one dtype, sums of products take floats, and row numbers are integers.

import { DTypeError } from './errors.ts';
import type { DType } from './expression.ts';
import type { Op } from './ops/op.ts';

/** @throws DTypeError */
export function checkDTypes({ name, meaning }: Op, dtypes: readonly DType[]): void {
  const refuse = (rule: string) => {
    throw new DTypeError(name, dtypes, rule);
  };
  switch (meaning.kind) {
    case 'elementwise': {
      const [first, ...others] = dtypes.slice(meaning.conditions ?? 0);
      if (others.some((dtype) => dtype !== first)) refuse('takes numbers of one dtype');
      return;
    }
    case 'assemble':
      if (dtypes.some((dtype) => dtype !== dtypes[0])) refuse('takes numbers of one dtype');
      return;
    case 'contract':
      if (dtypes.some((dtype) => dtype !== 'f32')) refuse('takes f32');
      return;
    case 'gather':
    case 'scatter':
      if (dtypes[1] !== 'i32') refuse('takes row numbers, i32, as its second');
      return;
    case 'reduce':
    case 'movement':
    case 'leaf':
  }
}
