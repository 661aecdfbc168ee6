// The draws of a row depend on seed, epoch and row alone, and come from Threefry.

import { describe, expect, it } from 'vitest';
import { STREAM, threefry2x32 } from '#engine/random.ts';
import { augmenter } from '#training/augment/augmenter.ts';
import { Draws } from '#training/augment/draws.ts';
import { augmented, type Step } from './augmented.ts';

describe('a row', () => {
  const steps: Step[] = [
    { type: 'RandomCrop', size: null, padding: 2, fill: 0, padding_mode: 'constant' },
    { type: 'RandomHorizontalFlip', p: 0.5 },
    { type: 'ColorJitter', brightness: 0.5, contrast: 0.5, saturation: 0 },
  ];
  const image = Array.from({ length: 36 }, (_, i) => 7 * i);

  it('is augmented alike alone and in a batch, and differently in each epoch, for each row and each seed', () => {
    const raw = Float64Array.from([...image, ...image, ...image]);
    augmenter({ seed: 3, shape: [1, 6, 6], white: 255, steps })(raw, Int32Array.of(5, 11, 2), 4);
    const alone = [5, 11, 2].map((row) => augmented(steps, [1, 6, 6], image, { row, epoch: 4, white: 255 }));
    expect([...raw]).toEqual(alone.flat());
    const kinds = new Set(
      [{}, { row: 1 }, { epoch: 1 }, { seed: 4 }, { seed: 2 ** 40 }].map((where) =>
        augmented(steps, [1, 6, 6], image, { white: 255, ...where }).join(' '),
      ),
    );
    expect(kinds.size).toBe(5);
  });

  it('of bytes is rounded to bytes', () => {
    const jitter = { type: 'ColorJitter', brightness: [1.1, 1.1], contrast: 0, saturation: 0 };
    const raw = Uint8Array.of(0, 3, 13, 250);
    expect(augmented(jitter, [1, 2, 2], [], { white: 255 }, raw)).toEqual([0, 3, 14, 255]);
  });

  it('draws from Threefry, whose key is the draw of seed, stream, epoch and row', () => {
    const key = threefry2x32(9, STREAM.augment + 1, 7, 42);
    const draws = new Draws(9, 1, 7, 42);
    for (const count of [0, 1, 2]) {
      const wanted = (threefry2x32(...key, 0, count)[0] >>> 8) * 2 ** -24;
      expect(draws.uniform()).toBe(wanted);
    }
  });
});
