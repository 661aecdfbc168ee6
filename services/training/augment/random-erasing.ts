// Erases a random rectangle of the image (Zhong et al., "Random Erasing Data Augmentation", 2017).

import { z } from 'zod';
import { chance, defineAugmentation, rangeOf } from './augmentation.ts';

/** Rectangles drawn before giving up on finding one that fits. */
const ATTEMPTS = 10;

export const RandomErasing = defineAugmentation({
  type: 'RandomErasing',
  help: 'Paints over a random rectangle, with probability p',
  args: {
    p: chance,
    scale: rangeOf(z.number().gt(0, { error: 'must be above 0' }).max(1, { error: 'must be at most 1' }))
      .default([0.02, 0.33])
      .describe('Its fraction of the area of the image, [lowest, highest]'),
    ratio: rangeOf(z.number().gt(0, { error: 'must be above 0' }).max(1_000))
      .default([0.3, 3.3])
      .describe('Its height divided by its width, [lowest, highest]'),
    value: z
      .union([z.number(), z.array(z.number()).min(1).max(1_000)])
      .default(0)
      .describe('Fill value, or one per channel, in the units of the dataset'),
  },
  check({ value }, [channels], refuse) {
    if (typeof value !== 'number' && value.length !== channels)
      refuse('value', `${value.length} numbers given, but the images have ${channels} channels`);
  },
  apply({ p, scale, ratio, value }, { shape, pixels }, draws) {
    if (draws.uniform() >= p) return;
    const [channels, height, width] = shape;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const area = height * width * draws.uniform(...scale);
      const form = Math.exp(draws.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
      const [h, w] = [Math.round(Math.sqrt(area * form)), Math.round(Math.sqrt(area / form))];
      if (h >= height || w >= width) continue;
      const top = draws.below(height - h + 1);
      const left = draws.below(width - w + 1);
      for (let c = 0; c < channels; c++) {
        const paint = typeof value === 'number' ? value : value[c]!;
        for (let y = top; y < top + h; y++) {
          const row = (c * height + y) * width;
          pixels.fill(paint, row + left, row + left + w);
        }
      }
      return;
    }
  },
});
