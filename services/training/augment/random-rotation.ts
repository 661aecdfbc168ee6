// Rotates the image about its center by a random angle.

import { z } from 'zod';
import { defineAugmentation, fill, type Picture, rangeOf, swap } from './augmentation.ts';

const degree = z.number().min(-360).max(360);

export const RandomRotation = defineAugmentation({
  type: 'RandomRotation',
  help: 'Rotates the image about its center, counterclockwise by a random number of degrees',
  args: {
    degrees: z
      .union([degree.min(0, { error: 'must be at least 0' }), rangeOf(degree)])
      .describe('[lowest, highest]; a single number x means [-x, x]'),
    interpolation: z.enum(['nearest', 'bilinear']).default('nearest'),
    fill,
  },
  apply({ degrees, interpolation, fill }, picture, draws) {
    const [low, high] = typeof degrees === 'number' ? [-degrees, degrees] : degrees;
    rotate(picture, draws.uniform(low, high), interpolation, fill);
  },
});

/** Reads each output pixel from where the inverse rotation puts it. Pixels are points; the center lies midway between the outermost. */
function rotate(picture: Picture, degrees: number, how: 'nearest' | 'bilinear', fill: number): void {
  const { shape, pixels, spare } = picture;
  const [channels, height, width] = shape;
  const area = height * width;
  const [cos, sin] = [Math.cos((degrees / 180) * Math.PI), Math.sin((degrees / 180) * Math.PI)];
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const at = (c: number, x: number, y: number) =>
    x < 0 || y < 0 || x >= width || y >= height ? fill : pixels[c * area + y * width + x]!;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to++) {
      const [right, down] = [x - middleX, y - middleY];
      const fromX = right * cos - down * sin + middleX;
      const fromY = right * sin + down * cos + middleY;
      const nearest = how === 'nearest';
      const [left, top] = [
        Math.floor(nearest ? fromX + 0.5 : fromX),
        Math.floor(nearest ? fromY + 0.5 : fromY),
      ];
      const [shareX, shareY] = [fromX - left, fromY - top];
      for (let c = 0; c < channels; c++) {
        if (nearest) {
          spare[c * area + to] = at(c, left, top);
          continue;
        }
        const above = at(c, left, top) * (1 - shareX) + at(c, left + 1, top) * shareX;
        const below = at(c, left, top + 1) * (1 - shareX) + at(c, left + 1, top + 1) * shareX;
        spare[c * area + to] = above * (1 - shareY) + below * shareY;
      }
    }
  }
  swap(picture);
}
