// RandomResizedCrop against crops worked out by hand, and the ranges that its areas and aspect ratios are drawn from.

import { describe, expect, it } from 'vitest';
import { augmented, rows } from './augmented.ts';

describe('RandomResizedCrop', () => {
  const step = {
    type: 'RandomResizedCrop',
    size: null,
    scale: [0.25, 0.25],
    ratio: [1, 1],
    interpolation: 'nearest',
  };

  it('crops the given area and aspect ratio at every position, and repeats each pixel by the enlargement', () => {
    const image = Array.from({ length: 16 }, (_, i) => i);
    const found = new Set(rows.map((row) => augmented(step, [1, 4, 4], image, { row }).join(' ')));
    const wanted = [0, 1, 2].flatMap((top) =>
      [0, 1, 2].map((left) =>
        image.map((_, at) => 4 * (top + Math.floor(at / 8)) + left + Math.floor((at % 4) / 2)).join(' '),
      ),
    );
    expect(found).toEqual(new Set(wanted));
  });

  it('interpolates between pixel centers, and repeats the edge beyond them', () => {
    // Two of four pixels: their centers are at 0.5 and 2.5 of the new ones.
    const wide = { ...step, scale: [0.5, 0.5], ratio: [2, 2], interpolation: 'bilinear' };
    const found = new Set(rows.map((row) => augmented(wide, [1, 1, 4], [0, 4, 8, 12], { row }).join(' ')));
    // √(2 · 2) = 2 pixels wide, and 1 high.
    expect(found).toEqual(new Set(['0 1 3 4', '4 5 7 8', '8 9 11 12']));
  });

  it('leaves an image unchanged if it takes all of it, and treats all channels alike', () => {
    const all = { ...step, scale: [1, 1], interpolation: 'bilinear' };
    const image = Array.from({ length: 75 }, (_, i) => i);
    expect(augmented(all, [3, 5, 5], image)).toEqual(image);
    const part = augmented({ ...step, interpolation: 'bilinear' }, [3, 5, 5], image);
    for (let i = 0; i < 25; i++) {
      expect(part[25 + i]).toBeCloseTo(part[i]! + 25, 12);
      expect(part[50 + i]).toBeCloseTo(part[i]! + 50, 12);
    }
  });

  it('falls back to the largest centered crop of an allowed aspect ratio if none fits', () => {
    const tall = { ...step, scale: [1, 1], ratio: [0.5, 0.5] };
    expect(augmented(tall, [1, 2, 5], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([
      2, 2, 2, 2, 2, 7, 7, 7, 7, 7,
    ]);
    const flat = { ...step, scale: [1, 1], ratio: [2, 2] };
    expect(augmented(flat, [1, 5, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([
      4, 5, 4, 5, 4, 5, 4, 5, 4, 5,
    ]);
  });

  it('draws areas and aspect ratios from all of their ranges', () => {
    const size = 40;
    const ramp = Array.from({ length: size * size }, (_, i) => Math.floor(i / size) * 1000 + (i % size));
    const drawn = rows.map((row) => {
      const image = augmented({ ...step, scale: [0.2, 0.6], ratio: [0.5, 2] }, [1, size, size], ramp, {
        row,
      });
      const [first, last] = [image[0]!, image.at(-1)!];
      const height = Math.floor(last / 1000) - Math.floor(first / 1000) + 1;
      const width = (last % 1000) - (first % 1000) + 1;
      return { share: (height * width) / size ** 2, form: width / height };
    });
    const [shares, forms] = [drawn.map(({ share }) => share), drawn.map(({ form }) => form)];
    expect(Math.min(...shares)).toBeGreaterThan(0.17);
    expect(Math.max(...shares)).toBeLessThan(0.64);
    expect(Math.max(...shares) - Math.min(...shares)).toBeGreaterThan(0.35);
    expect(Math.min(...forms)).toBeGreaterThan(0.44);
    expect(Math.max(...forms)).toBeLessThan(2.25);
    expect(Math.max(...forms) / Math.min(...forms)).toBeGreaterThan(3);
    // As often wide as tall: the logarithm of the aspect ratio is uniform.
    const wide = forms.filter((form) => form > 1).length;
    expect(Math.abs(wide - 100)).toBeLessThan(4 * Math.sqrt(200 / 4));
  });
});
