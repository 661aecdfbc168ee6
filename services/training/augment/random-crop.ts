// Pads the image, then crops a random part of the image's original size.

import { z } from 'zod';
import { checkCropSize, cropSize, defineAugmentation, fill, swap } from './augmentation.ts';

const margin = z.int({ error: 'must be a whole number' }).min(0, { error: 'must be at least 0' }).max(10_000);

/** [left, top, right, bottom]; one number means all four, two mean left/right and top/bottom. */
function marginsOf(padding: number | readonly number[]): [number, number, number, number] {
  if (typeof padding === 'number') return [padding, padding, padding, padding];
  const [left, top, right = left, bottom = top] = padding as [number, number, number?, number?];
  return [left, top, right, bottom];
}

export const RandomCrop = defineAugmentation({
  type: 'RandomCrop',
  help: 'Pads the image, then crops a random part of the original size',
  args: {
    size: cropSize,
    padding: z
      .union([margin, z.tuple([margin, margin]), z.tuple([margin, margin, margin, margin])])
      .describe('Pixels on every side; or [left and right, top and bottom]; or [left, top, right, bottom]'),
    fill,
    padding_mode: z
      .enum(['constant', 'edge', 'reflect', 'symmetric'])
      .default('constant')
      .describe(
        'What fills the padding: fill, the nearest pixel, or the image mirrored without or with its edge',
      ),
  },
  check({ size, padding, padding_mode }, shape, refuse) {
    checkCropSize(size, shape, refuse);
    const [, height, width] = shape;
    const [left, top, right, bottom] = marginsOf(padding);
    // Mirrored without its edge, a row of n pixels provides only n − 1.
    const most = (length: number) =>
      padding_mode === 'reflect'
        ? length - 1
        : padding_mode === 'symmetric'
          ? length
          : Number.POSITIVE_INFINITY;
    if (Math.max(left, right) > most(width) || Math.max(top, bottom) > most(height))
      refuse('padding', `the image of ${height} × ${width} has too few pixels to mirror`);
  },
  apply({ padding, padding_mode, fill }, picture, draws) {
    const { shape, pixels, spare } = picture;
    const [channels, height, width] = shape;
    const [left, top, right, bottom] = marginsOf(padding);
    const down = draws.below(top + bottom + 1) - top;
    const across = draws.below(left + right + 1) - left;
    const area = height * width;
    const place = PLACES[padding_mode];
    for (let y = 0, at = 0; y < height; y++) {
      const row = place(y + down, height);
      for (let x = 0; x < width; x++, at++) {
        const column = place(x + across, width);
        const outside = row < 0 || column < 0;
        for (let c = 0; c < channels; c++)
          spare[c * area + at] = outside ? fill : pixels[c * area + row * width + column]!;
      }
    }
    swap(picture);
  },
});

/** Maps an index that may lie outside a row of this length to the pixel shown there; −1 means none. */
const PLACES = {
  constant: (at, length) => (at >= 0 && at < length ? at : -1),
  edge: (at, length) => Math.min(Math.max(at, 0), length - 1),
  reflect: (at, length) => (at < 0 ? -at : at >= length ? 2 * (length - 1) - at : at),
  symmetric: (at, length) => (at < 0 ? -at - 1 : at >= length ? 2 * length - 1 - at : at),
} as const satisfies Record<string, (at: number, length: number) => number>;
