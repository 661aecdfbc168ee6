// Horizontal and vertical flips.

import { chance, defineAugmentation, type Picture, swap } from './augmentation.ts';

export const RandomHorizontalFlip = defineAugmentation({
  type: 'RandomHorizontalFlip',
  help: 'Flips the image horizontally, with probability p',
  args: { p: chance },
  apply({ p }, picture, draws) {
    if (draws.uniform() < p) moved(picture, (y, x, _, width) => y * width + (width - 1 - x));
  },
});

export const RandomVerticalFlip = defineAugmentation({
  type: 'RandomVerticalFlip',
  help: 'Flips the image vertically, with probability p',
  args: { p: chance },
  apply({ p }, picture, draws) {
    if (draws.uniform() < p) moved(picture, (y, x, height, width) => (height - 1 - y) * width + x);
  },
});

function moved(
  picture: Picture,
  from: (y: number, x: number, height: number, width: number) => number,
): void {
  const { shape, pixels, spare } = picture;
  const [channels, height, width] = shape;
  const area = height * width;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const source = from(y, x, height, width);
      for (let c = 0; c < channels; c++) spare[c * area + at] = pixels[c * area + source]!;
    }
  }
  swap(picture);
}
