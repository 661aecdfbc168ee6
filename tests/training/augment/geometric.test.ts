// Flips, RandomCrop and RandomRotation against pixels worked out by hand: with arguments that leave no choice, or against all possible
// choices.

import { describe, expect, it } from 'vitest';
import { augmented, rows, type Shape, SIX } from './augmented.ts';

describe('flips', () => {
  it('mirror every channel, always for p = 1 and never for p = 0', () => {
    const two = [...SIX, 7, 8, 9, 10, 11, 12];
    expect(augmented({ type: 'RandomHorizontalFlip', p: 1 }, [2, 2, 3], two)).toEqual([
      3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10,
    ]);
    expect(augmented({ type: 'RandomVerticalFlip', p: 1 }, [2, 2, 3], two)).toEqual([
      4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9,
    ]);
    expect(augmented({ type: 'RandomHorizontalFlip', p: 0 }, [1, 2, 3], SIX)).toEqual(SIX);
  });

  it('occur with probability p', () => {
    const flipped = rows.filter(
      (row) => augmented({ type: 'RandomHorizontalFlip', p: 0.3 }, [1, 1, 2], [1, 2], { row })[0] === 2,
    );
    // Four standard deviations of a binomial around 60 of 200.
    expect(Math.abs(flipped.length - 60)).toBeLessThan(4 * Math.sqrt(200 * 0.3 * 0.7));
  });
});

describe('RandomCrop', () => {
  const cuts = (step: object, shape: Shape, pixels: number[]) =>
    new Set(
      rows.map((row) =>
        augmented({ type: 'RandomCrop', fill: 0, ...step }, shape, pixels, { row }).join(' '),
      ),
    );

  it('shifts the image by up to the padding, to every possible position', () => {
    const wide = { padding: [1, 0], padding_mode: 'constant', fill: 9 };
    expect(cuts(wide, [1, 2, 3], SIX)).toEqual(new Set(['9 1 2 9 4 5', '1 2 3 4 5 6', '2 3 9 5 6 9']));
    const below = { padding: [0, 0, 0, 1], padding_mode: 'constant', fill: 9 };
    expect(cuts(below, [1, 2, 3], SIX)).toEqual(new Set(['1 2 3 4 5 6', '4 5 6 9 9 9']));
    expect(cuts({ padding: 1, padding_mode: 'constant' }, [1, 2, 3], SIX).size).toBe(9);
  });

  it('fills the padding with the nearest pixel or the mirrored image', () => {
    const to = (mode: string) => cuts({ padding: [2, 0, 0, 0], padding_mode: mode }, [1, 1, 3], [1, 2, 3]);
    expect(to('edge')).toEqual(new Set(['1 1 1', '1 1 2', '1 2 3']));
    expect(to('reflect')).toEqual(new Set(['3 2 1', '2 1 2', '1 2 3']));
    expect(to('symmetric')).toEqual(new Set(['2 1 1', '1 1 2', '1 2 3']));
  });
});

describe('RandomRotation', () => {
  const turned = (degrees: number, shape: Shape, pixels: number[], interpolation = 'nearest') =>
    augmented({ type: 'RandomRotation', degrees: [degrees, degrees], interpolation, fill: 0 }, shape, pixels);

  it('rotates counterclockwise about the center', () => {
    expect(turned(90, [1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
    expect(turned(180, [1, 2, 3], SIX)).toEqual([6, 5, 4, 3, 2, 1]);
    // The ends of a row of three, set upright, fall outside the image.
    expect(turned(90, [1, 1, 3], [1, 2, 3])).toEqual([0, 2, 0]);
  });

  it('blends four pixels with bilinear interpolation', () => {
    // The pixel above the center samples the image √½ to the right of the center and √½ above it.
    const blended = turned(45, [1, 3, 3], [0, 0, 1, 0, 0, 0, 0, 0, 0], 'bilinear');
    expect(blended[1]).toBeCloseTo(0.5, 12);
    expect(blended[4]).toBe(0);
    expect(blended[3]).toBe(0);
  });

  it('keeps the center, and draws angles of both signs for ± degrees', () => {
    const angles = rows.map((row) =>
      augmented(
        { type: 'RandomRotation', degrees: 90, interpolation: 'nearest', fill: 0 },
        [1, 3, 3],
        [0, 0, 0, 0, 5, 1, 0, 0, 0],
        { row },
      ),
    );
    expect(angles.every((image) => image[4] === 5)).toBe(true);
    expect(angles.some((image) => image[1] === 1) && angles.some((image) => image[7] === 1)).toBe(true);
  });
});
