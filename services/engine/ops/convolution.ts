// Convolution over two spatial axes, without padding: x [B, C, H, W] with w [O, C / groups, kH, kW] → [B, O, outH, outW].
// Also its gradient with respect to w, which is a contraction of its own. Neither lays its patches out in memory.

import { combine } from '../affine.ts';
import { ShapeError } from '../errors.ts';
import type { Affine } from '../expression.ts';
import type { Shape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { windowCount } from './movement/window.ts';
import type { Algebra, ConvolutionAttrs, Op } from './op.ts';

type Quad = [number, number, number, number];

/** Channel `c` of group `g`, with `size` channels per group. */
function channel(g: Affine, c: Affine, size: number): Affine {
  return combine(g, size, c, 1);
}

export const convolution: Op<ConvolutionAttrs> = {
  name: 'convolution',
  infer(inputs, attrs) {
    const { stride, dilation, groups } = attrs;
    const [x, w] = inputs.map((input) => input.shape) as [Shape, Shape];
    const counts = [0, 1].map((i) => windowCount(x[2 + i] ?? 0, w[2 + i] ?? 0, stride[i]!, dilation[i]!));
    const fits = x.length === 4 && w.length === 4 && x[1] === w[1]! * groups && w[0]! % groups === 0;
    if (!fits || counts.some((count) => count < 1)) {
      throw new ShapeError(
        'convolution',
        [x, w],
        `needs [B, C, H, W] and [O, C / ${groups}, kH, kW] that fits in it`,
      );
    }
    return { shape: [x[0]!, w[0]!, ...counts], dtype: 'f32' };
  },
  // dx = the convolution of dy, dilated by the stride and padded, with w flipped and its channels exchanged.
  gradient: (f, y, gy) => {
    const attrs = y.attrs;
    const [x, w] = y.inputs as [Tensor, Tensor];
    const kernel = w.shape.slice(2);
    return [inputGradient(f, x, w, gy, attrs), f.convolutionWeight(x, gy, { ...attrs, kernel })];
  },
  meaning: {
    kind: 'contract',
    contraction: (t) => {
      const { stride, dilation, groups } = t.attrs;
      const [b, o, outH, outW] = t.shape as Quad;
      const [, c, kH, kW] = t.inputs[1]!.shape as Quad;
      const perGroup = o / groups;
      // Loop variables: 0 image, 1 group | 2 output channel | 3 row, 4 column | 5 input channel, 6 and 7 kernel position
      return {
        batch: [b, groups],
        m: [perGroup],
        n: [outH, outW],
        k: [c, kH, kW],
        a: (v) => [channel(v[1]!, v[2]!, perGroup), v[5]!, v[6]!, v[7]!],
        b: (v) => [
          v[0]!,
          channel(v[1]!, v[5]!, c),
          combine(v[3]!, stride[0], v[6]!, dilation[0]),
          combine(v[4]!, stride[1], v[7]!, dilation[1]),
        ],
        out: (v) => [v[0]!, channel(v[1]!, v[2]!, perGroup), v[3]!, v[4]!],
      };
    },
    // The image is the second factor, so that vector lanes lie along its columns.
    order: [1, 0],
  },
  cases: [
    {
      shapes: [
        [2, 3, 5, 6],
        [4, 3, 3, 3],
      ],
      attrs: { stride: [1, 1], dilation: [1, 1], groups: 1 },
    },
    {
      shapes: [
        [1, 2, 7, 9],
        [3, 2, 2, 3],
      ],
      attrs: { stride: [2, 3], dilation: [1, 1], groups: 1 },
    },
    {
      shapes: [
        [2, 4, 6, 5],
        [6, 2, 2, 2],
      ],
      attrs: { stride: [1, 1], dilation: [2, 1], groups: 2 },
    },
    {
      shapes: [
        [1, 3, 1, 11],
        [3, 1, 1, 4],
      ],
      attrs: { stride: [1, 2], dilation: [1, 2], groups: 3 },
    },
    {
      shapes: [
        [1, 1, 1, 1],
        [1, 1, 1, 1],
      ],
      attrs: { stride: [1, 1], dilation: [1, 1], groups: 1 },
    },
  ],
};

function inputGradient(f: Algebra, x: Tensor, w: Tensor, gy: Tensor, attrs: ConvolutionAttrs): Tensor {
  const { stride, dilation, groups } = attrs;
  const [o, c, kH, kW] = w.shape as Quad;
  const flipped = f.flip(w, [2, 3]);
  const grouped = f.reshape(flipped, [groups, o / groups, c, kH, kW]);
  const exchanged = f.reshape(f.permute(grouped, [0, 2, 1, 3, 4]), [groups * c, o / groups, kH, kW]);
  const before = [0, 0, (kH - 1) * dilation[0], (kW - 1) * dilation[1]];
  // Trailing rows and columns that no window reached get no gradient.
  const unreached = [0, 1].map((i) => {
    const reach = (gy.shape[2 + i]! - 1) * stride[i]! + (w.shape[2 + i]! - 1) * dilation[i]! + 1;
    return x.shape[2 + i]! - reach;
  });
  const after = [0, 0, before[2]! + unreached[0]!, before[3]! + unreached[1]!];
  const spread = f.pad(gy, before, after, [1, 1, ...stride]);
  return f.convolution(spread, exchanged, { stride: [1, 1], dilation, groups });
}

/** x [B, C, H, W] with gy [B, O, outH, outW] → dw [O, C / groups, kH, kW] */
export const convolutionWeight: Op<ConvolutionAttrs & { readonly kernel: Shape }> = {
  name: 'convolution_weight',
  infer(inputs, attrs) {
    const { groups, kernel } = attrs;
    const [x, gy] = inputs.map((input) => input.shape) as [Shape, Shape];
    return { shape: [gy[1]!, x[1]! / groups, ...kernel], dtype: 'f32' };
  },
  gradient: null,
  meaning: {
    kind: 'contract',
    contraction: (t) => {
      const { stride, dilation, groups } = t.attrs;
      const [o, c, kH, kW] = t.shape as Quad;
      const [b, , outH, outW] = t.inputs[1]!.shape as Quad;
      const perGroup = o / groups;
      // Loop variables: 0 group | 1 input channel, 2 and 3 kernel position | 4 output channel | 5 image, 6 row, 7 column
      return {
        batch: [groups],
        m: [c, kH, kW],
        n: [perGroup],
        k: [b, outH, outW],
        a: (v) => [
          v[5]!,
          channel(v[0]!, v[1]!, c),
          combine(v[6]!, stride[0], v[2]!, dilation[0]),
          combine(v[7]!, stride[1], v[3]!, dilation[1]),
        ],
        b: (v) => [v[5]!, channel(v[0]!, v[4]!, perGroup), v[6]!, v[7]!],
        out: (v) => [channel(v[0]!, v[4]!, perGroup), v[1]!, v[2]!, v[3]!],
      };
    },
    order: [0, 1],
  },
  cases: [
    {
      shapes: [
        [2, 3, 5, 6],
        [2, 4, 3, 4],
      ],
      attrs: { stride: [1, 1], dilation: [1, 1], groups: 1, kernel: [3, 3] },
    },
    {
      shapes: [
        [1, 4, 7, 9],
        [1, 6, 3, 3],
      ],
      attrs: { stride: [2, 3], dilation: [1, 1], groups: 2, kernel: [3, 2] },
    },
  ],
};
