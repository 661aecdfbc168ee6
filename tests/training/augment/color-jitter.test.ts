// ColorJitter against colors worked out by hand, and its hue against HSV's closed form.

import { describe, expect, it } from 'vitest';
import { augmented, rows } from './augmented.ts';

describe('ColorJitter', () => {
  const none = { brightness: 0, contrast: 0, saturation: 0 };
  const close = (found: number[], wanted: number[]) => {
    expect(found).toHaveLength(wanted.length);
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(wanted[i]!, 5);
  };

  it('multiplies by the brightness, clamped at white', () => {
    const jitter = { type: 'ColorJitter', ...none, brightness: [1.5, 1.5] };
    close(augmented(jitter, [1, 1, 3], [0, 0.4, 0.8]), [0, 0.6, 1]);
  });

  it('scales the contrast about the mean gray', () => {
    const jitter = { type: 'ColorJitter', ...none, contrast: [0.5, 0.5] };
    close(augmented(jitter, [1, 1, 2], [0.2, 0.6]), [0.3, 0.5]);
    // Gray of (1, 0, 0) and (0, 1, 0): 0.2989 and 0.587, on average 0.44295.
    const half = 0.44295 / 2;
    close(augmented(jitter, [3, 1, 2], [1, 0, 0, 1, 0, 0]), [0.5 + half, half, half, 0.5 + half, half, half]);
  });

  it('scales the saturation about the gray of each pixel', () => {
    const jitter = { type: 'ColorJitter', ...none, saturation: [0, 0] };
    close(augmented(jitter, [3, 1, 1], [1, 0.5, 0]), [0.5924, 0.5924, 0.5924]);
    const twice = { ...jitter, saturation: [2, 2] };
    close(augmented(twice, [3, 1, 1], [0.4, 0.5, 0.6]), [0.8 - 0.48146, 1 - 0.48146, 1.2 - 0.48146]);
  });

  it('draws factors from 1 ± strength, and the order of the adjustments', () => {
    const bright = rows.map(
      (row) => augmented({ type: 'ColorJitter', ...none, brightness: 0.2 }, [1, 1, 1], [0.5], { row })[0]!,
    );
    expect(Math.min(...bright)).toBeGreaterThanOrEqual(0.4);
    expect(Math.max(...bright)).toBeLessThan(0.6);
    expect(Math.max(...bright) - Math.min(...bright)).toBeGreaterThan(0.15);
    // Twice the brightness, clamped at 1, then half the contrast, or in the other order.
    const both = { type: 'ColorJitter', ...none, brightness: [2, 2], contrast: [0.5, 0.5] };
    const found = rows.map((row) => augmented(both, [1, 1, 2], [0.2, 0.8], { row }).map((v) => v.toFixed(4)));
    expect(new Set(found.map((image) => image.join(' ')))).toEqual(
      new Set(['0.5500 0.8500', '0.7000 1.0000']),
    );
  });
});

describe('the hue of ColorJitter', () => {
  const turned = (turn: number, pixels: number[], white = 1) =>
    augmented(
      { type: 'ColorJitter', brightness: 0, contrast: 0, saturation: 0, hue: [turn, turn] },
      [3, 1, pixels.length / 3],
      pixels,
      { white },
    );

  it('turns red to green or blue by a third of the circle, and to cyan by half of it', () => {
    for (const [turn, wanted] of [
      [1 / 3, [0, 1, 0]],
      [-1 / 3, [0, 0, 1]],
      [0.5, [0, 1, 1]],
      [-0.5, [0, 1, 1]],
      [1 / 12, [1, 0.5, 0]],
    ] as const) {
      for (const [c, value] of turned(turn, [1, 0, 0]).entries()) expect(value).toBeCloseTo(wanted[c]!, 12);
    }
  });

  it('leaves gray, black and white unchanged, and is undone by the opposite turn', () => {
    expect(turned(0.3, [0, 51, 255, 0, 51, 255, 0, 51, 255], 255)).toEqual([
      0, 51, 255, 0, 51, 255, 0, 51, 255,
    ]);
    const colours = Array.from({ length: 300 }, (_, i) => (i * 37) % 256);
    for (const turn of [0.1, 0.25, 0.45]) {
      const back = turned(-turn, turned(turn, colours, 255), 255);
      for (const [i, value] of back.entries()) expect(value).toBeCloseTo(colours[i]!, 9);
    }
  });

  it('agrees with the closed form value − value · saturation · max(0, min(k, 4 − k, 1))', () => {
    // k = (n + hue · 6) mod 6 with n = 5, 3, 1 for red, green, blue: no case per sector.
    const colours = Array.from({ length: 600 }, (_, i) => ((i * 97 + 13) % 251) / 250);
    const count = colours.length / 3;
    for (const turn of [-0.37, -0.1, 0.02, 0.31, 0.5]) {
      const found = turned(turn, colours);
      for (let i = 0; i < count; i++) {
        const [r, g, b] = [0, 1, 2].map((c) => colours[c * count + i]!) as [number, number, number];
        const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)];
        const angle = Math.atan2(Math.sqrt(3) * (g - b), 2 * r - g - b);
        // HSV's hue is not that angle: within its sixth, it is where the middle value lies between the least and the greatest.
        const sixth = Math.floor(((angle / Math.PI) * 3 + 6) % 6);
        const share = (r + g + b - most - 2 * least) / (most - least);
        const hue = sixth + (sixth % 2 === 0 ? share : 1 - share);
        for (const [c, n] of [5, 3, 1].entries()) {
          const k = (((n + hue + 6 * turn) % 6) + 6) % 6;
          const wanted = most - (most - least) * Math.max(0, Math.min(k, 4 - k, 1));
          expect(found[c * count + i]).toBeCloseTo(wanted, 9);
        }
      }
    }
  });

  it('is drawn from ± strength', () => {
    const step = { type: 'ColorJitter', brightness: 0, contrast: 0, saturation: 0, hue: 0.1 };
    // Red turned by up to a tenth: green rises on one side, blue on the other, up to 0.6.
    const found = rows.map((row) => augmented(step, [3, 1, 1], [1, 0, 0], { row }));
    expect(found.every(([r, g, b]) => r === 1 && Math.min(g!, b!) < 1e-12)).toBe(true);
    const most = (c: number) => Math.max(...found.map((image) => image[c]!));
    for (const c of [1, 2]) {
      expect(most(c)).toBeLessThanOrEqual(0.6 + 1e-12);
      expect(most(c)).toBeGreaterThan(0.5);
    }
  });

  it('is 0 in jobs of earlier versions, which do not have it', () => {
    const earlier = { type: 'ColorJitter', brightness: 0.5, contrast: 0.5, saturation: 0.5 };
    const image = Array.from({ length: 27 }, (_, i) => i / 26);
    for (const row of rows.slice(0, 20))
      expect(augmented(earlier, [3, 3, 3], image, { row })).toEqual(
        augmented({ ...earlier, hue: 0 }, [3, 3, 3], image, { row }),
      );
  });
});
