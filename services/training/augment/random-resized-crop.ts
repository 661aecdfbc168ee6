// A random part of the image, resized to the size of the image: torchvision's RandomResizedCrop, after Szegedy et al., "Going Deeper with
// Convolutions" (2014). A part is never larger than the image, so antialiasing has no effect.

import { z } from 'zod';
import { checkCropSize, cropSize, defineAugmentation, type Picture, rangeOf, swap } from './augmentation.ts';
import type { Draws } from './draws.ts';

/** Parts drawn before falling back to the middle. */
const ATTEMPTS = 10;

type Range = readonly [number, number];

interface Part {
  top: number;
  left: number;
  height: number;
  width: number;
}

export const RandomResizedCrop = defineAugmentation({
  type: 'RandomResizedCrop',
  help: 'Crops a random part of the image and resizes it to the original size',
  args: {
    size: cropSize,
    scale: rangeOf(z.number().gt(0, { error: 'must be above 0' }).max(1, { error: 'must be at most 1' }))
      .default([0.08, 1])
      .describe('Fraction of the image that the part covers, [lowest, highest]'),
    ratio: rangeOf(z.number().gt(0, { error: 'must be above 0' }).max(1_000))
      .default([3 / 4, 4 / 3])
      .describe('Its width divided by its height, [lowest, highest]'),
    interpolation: z.enum(['nearest', 'bilinear']).default('bilinear'),
  },
  check({ size }, shape, refuse) {
    checkCropSize(size, shape, refuse);
  },
  apply({ scale, ratio, interpolation }, picture, draws) {
    const [, height, width] = picture.shape;
    enlarge(picture, draw(draws, height, width, scale, ratio), interpolation);
  },
});

function draw(draws: Draws, height: number, width: number, scale: Range, ratio: Range): Part {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = height * width * draws.uniform(...scale);
    const form = Math.exp(draws.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const [w, h] = [Math.round(Math.sqrt(area * form)), Math.round(Math.sqrt(area / form))];
    if (w < 1 || h < 1 || w > width || h > height) continue;
    return { top: draws.below(height - h + 1), left: draws.below(width - w + 1), height: h, width: w };
  }
  return middle(height, width, ratio);
}

/** The largest centered part whose aspect ratio is within the range. */
function middle(height: number, width: number, [narrowest, widest]: Range): Part {
  const form = Math.min(Math.max(width / height, narrowest), widest);
  const w = width / height > widest ? Math.max(1, Math.round(height * form)) : width;
  const h = width / height < narrowest ? Math.max(1, Math.round(width / form)) : height;
  return { top: Math.floor((height - h) / 2), left: Math.floor((width - w) / 2), height: h, width: w };
}

/** Pixels are squares: the center of pixel i lies at i + 0.5. */
function enlarge(picture: Picture, part: Part, how: 'nearest' | 'bilinear'): void {
  const { shape, pixels, spare } = picture;
  const [channels, height, width] = shape;
  const area = height * width;
  const between = how === 'bilinear' ? blended : nearest;
  const columns = Array.from({ length: width }, (_, x) => between(x, part.width, width));
  for (let y = 0, at = 0; y < height; y++) {
    const { first, second, share } = between(y, part.height, height);
    const upper = (part.top + first) * width + part.left;
    const lower = (part.top + second) * width + part.left;
    for (let x = 0; x < width; x++, at++) {
      const column = columns[x]!;
      for (let c = 0; c < channels; c++) {
        const from = c * area;
        const mixed = (row: number) =>
          pixels[from + row + column.first]! * (1 - column.share) +
          pixels[from + row + column.second]! * column.share;
        spare[from + at] = mixed(upper) * (1 - share) + mixed(lower) * share;
      }
    }
  }
  swap(picture);
}

/** The two of `few` pixels between whose centers pixel `at` of `many` lies, and the weight of the second. */
function blended(at: number, few: number, many: number) {
  const place = Math.max(0, ((at + 0.5) * few) / many - 0.5);
  const first = Math.floor(place);
  return { first, second: Math.min(first + 1, few - 1), share: place - first };
}

function nearest(at: number, few: number, many: number) {
  const first = Math.min(Math.floor((at * few) / many), few - 1);
  return { first, second: first, share: 0 };
}
