// Layers that normalize along one dimension to a distribution. torch's dim counts the batch. Its default (None) is deprecated there and
// means the classes of [batch, classes], the last dimension: the same here.

import { z } from 'zod';
import type { Tensor } from '#engine/tensor.ts';
import { axisOf, outOfRange, sizeOf } from '../../model/shape.ts';
import { defineLayer, eachAlone, type Layer } from '../layer.ts';

export function overDimension(layer: {
  type: string;
  help: string;
  dim: string;
  apply: (x: Tensor, axis: number) => Tensor;
}): Layer {
  return defineLayer({
    type: layer.type,
    help: layer.help,
    args: { dim: z.int().default(-1).describe(`${layer.dim}, in torch's numbering (0 is the batch)`) },
    bounded: true,
    infer({ dim }, { shape }, refuse) {
      const axis = axisOf(dim, shape);
      if (axis === null) refuse('dim', `dim ${outOfRange(dim, shape)}`);
      else if (axis === 0) refuse('dim', `dim ${dim} is the batch: a sample must not depend on others`);
      return { output: shape };
    },
    sequence: ({ dim }, axis, input) => (axisOf(dim, input) === axis + 1 ? null : eachAlone(axis)),
    forward: (x, { dim }) => layer.apply(x, axisOf(dim, x.shape.slice(1))!),
    flops: (_, input) => 3 * sizeOf(input),
    shown: ({ dim }) => ({ dim }),
  });
}
