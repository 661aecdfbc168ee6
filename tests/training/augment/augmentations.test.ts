// Each augmentation against numbers worked out by hand, with arguments that leave no choice; where a choice is left, against
// all that may come of it.

import { describe, expect, it } from 'vitest';
import { STREAM, threefry2x32 } from '#engine/random.ts';
import { type Augment, augmenter } from '#training/augment/augmenter.ts';
import { Draws } from '#training/augment/draws.ts';

type Step = Augment['steps'][number];
type Shape = Augment['shape'];

/** What becomes of a row of the table in an epoch. */
function augmented(
  step: Step | Step[],
  shape: Shape,
  pixels: readonly number[],
  { row = 0, epoch = 0, white = 1, seed = 3 } = {},
  raw: Float64Array | Uint8Array = Float64Array.from(pixels),
): number[] {
  augmenter({ seed, shape, white, steps: [step].flat() })(raw, Int32Array.of(row), epoch);
  return [...raw];
}

const SIX = [1, 2, 3, 4, 5, 6];
const rows = Array.from({ length: 200 }, (_, row) => row);

describe('flips', () => {
  it('turn each channel round, always where p is 1 and never where it is 0', () => {
    const two = [...SIX, 7, 8, 9, 10, 11, 12];
    expect(augmented({ type: 'RandomHorizontalFlip', p: 1 }, [2, 2, 3], two)).toEqual([
      3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10,
    ]);
    expect(augmented({ type: 'RandomVerticalFlip', p: 1 }, [2, 2, 3], two)).toEqual([
      4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9,
    ]);
    expect(augmented({ type: 'RandomHorizontalFlip', p: 0 }, [1, 2, 3], SIX)).toEqual(SIX);
  });

  it('come as often as p says', () => {
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

  it('moves the image by up to the padding, in every way that there is', () => {
    const wide = { padding: [1, 0], padding_mode: 'constant', fill: 9 };
    expect(cuts(wide, [1, 2, 3], SIX)).toEqual(new Set(['9 1 2 9 4 5', '1 2 3 4 5 6', '2 3 9 5 6 9']));
    const below = { padding: [0, 0, 0, 1], padding_mode: 'constant', fill: 9 };
    expect(cuts(below, [1, 2, 3], SIX)).toEqual(new Set(['1 2 3 4 5 6', '4 5 6 9 9 9']));
    expect(cuts({ padding: 1, padding_mode: 'constant' }, [1, 2, 3], SIX).size).toBe(9);
  });

  it('shows the nearest pixel, or the image mirrored', () => {
    const to = (mode: string) => cuts({ padding: [2, 0, 0, 0], padding_mode: mode }, [1, 1, 3], [1, 2, 3]);
    expect(to('edge')).toEqual(new Set(['1 1 1', '1 1 2', '1 2 3']));
    expect(to('reflect')).toEqual(new Set(['3 2 1', '2 1 2', '1 2 3']));
    expect(to('symmetric')).toEqual(new Set(['2 1 1', '1 1 2', '1 2 3']));
  });
});

describe('RandomRotation', () => {
  const turned = (degrees: number, shape: Shape, pixels: number[], interpolation = 'nearest') =>
    augmented({ type: 'RandomRotation', degrees: [degrees, degrees], interpolation, fill: 0 }, shape, pixels);

  it('turns counter-clockwise about the centre', () => {
    expect(turned(90, [1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
    expect(turned(180, [1, 2, 3], SIX)).toEqual([6, 5, 4, 3, 2, 1]);
    // A line of three, set upright, leaves its ends outside.
    expect(turned(90, [1, 1, 3], [1, 2, 3])).toEqual([0, 2, 0]);
  });

  it('blends four pixels where that is wanted', () => {
    // The pixel above the centre was at 45° to the right of it, √½ to the right and √½ above.
    const blended = turned(45, [1, 3, 3], [0, 0, 1, 0, 0, 0, 0, 0, 0], 'bilinear');
    expect(blended[1]).toBeCloseTo(0.5, 12);
    expect(blended[4]).toBe(0);
    expect(blended[3]).toBe(0);
  });

  it('keeps what lies within the circle: ± degrees turn both ways', () => {
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

describe('ColorJitter', () => {
  const none = { brightness: 0, contrast: 0, saturation: 0 };
  const close = (found: number[], wanted: number[]) => {
    expect(found).toHaveLength(wanted.length);
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(wanted[i]!, 5);
  };

  it('multiplies by the brightness, up to white', () => {
    const jitter = { type: 'ColorJitter', ...none, brightness: [1.5, 1.5] };
    close(augmented(jitter, [1, 1, 3], [0, 0.4, 0.8]), [0, 0.6, 1]);
  });

  it('moves contrast about the mean grey', () => {
    const jitter = { type: 'ColorJitter', ...none, contrast: [0.5, 0.5] };
    close(augmented(jitter, [1, 1, 2], [0.2, 0.6]), [0.3, 0.5]);
    // Grey of (1, 0, 0) and (0, 1, 0): 0.2989 and 0.587, in the mean 0.44295.
    const half = 0.44295 / 2;
    close(augmented(jitter, [3, 1, 2], [1, 0, 0, 1, 0, 0]), [0.5 + half, half, half, 0.5 + half, half, half]);
  });

  it('moves saturation about the grey of each pixel', () => {
    const jitter = { type: 'ColorJitter', ...none, saturation: [0, 0] };
    close(augmented(jitter, [3, 1, 1], [1, 0.5, 0]), [0.5924, 0.5924, 0.5924]);
    const twice = { ...jitter, saturation: [2, 2] };
    close(augmented(twice, [3, 1, 1], [0.4, 0.5, 0.6]), [0.8 - 0.48146, 1 - 0.48146, 1.2 - 0.48146]);
  });

  it('draws factors from 1 ± strength, and an order', () => {
    const bright = rows.map(
      (row) => augmented({ type: 'ColorJitter', ...none, brightness: 0.2 }, [1, 1, 1], [0.5], { row })[0]!,
    );
    expect(Math.min(...bright)).toBeGreaterThanOrEqual(0.4);
    expect(Math.max(...bright)).toBeLessThan(0.6);
    expect(Math.max(...bright) - Math.min(...bright)).toBeGreaterThan(0.15);
    // ×2 up to 1, then half the contrast, or the other way round.
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

  it('turns red to green and blue by thirds of the circle, and to cyan by half of it', () => {
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

  it('leaves grey, black and white, and is undone by turning back', () => {
    expect(turned(0.3, [0, 51, 255, 0, 51, 255, 0, 51, 255], 255)).toEqual([
      0, 51, 255, 0, 51, 255, 0, 51, 255,
    ]);
    const colours = Array.from({ length: 300 }, (_, i) => (i * 37) % 256);
    for (const turn of [0.1, 0.25, 0.45]) {
      const back = turned(-turn, turned(turn, colours, 255), 255);
      for (const [i, value] of back.entries()) expect(value).toBeCloseTo(colours[i]!, 9);
    }
  });

  it('agrees with the formula of hue as an angle: value − value · saturation · max(0, min(k, 4 − k, 1))', () => {
    // The closed form with k = (n + hue · 6) mod 6 and n = 5, 3, 1 for red, green, blue; independent of sectors.
    const colours = Array.from({ length: 600 }, (_, i) => ((i * 97 + 13) % 251) / 250);
    const count = colours.length / 3;
    for (const turn of [-0.37, -0.1, 0.02, 0.31, 0.5]) {
      const found = turned(turn, colours);
      for (let i = 0; i < count; i++) {
        const [r, g, b] = [0, 1, 2].map((c) => colours[c * count + i]!) as [number, number, number];
        const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)];
        const angle = Math.atan2(Math.sqrt(3) * (g - b), 2 * r - g - b);
        // The hexagon's hue is not the angle: within a sixth, it is the share of the middle value.
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

  it('is drawn from minus the strength to the strength', () => {
    const step = { type: 'ColorJitter', brightness: 0, contrast: 0, saturation: 0, hue: 0.1 };
    // Red turned by up to a tenth: green rises on one side, blue on the other, to 0.6.
    const found = rows.map((row) => augmented(step, [3, 1, 1], [1, 0, 0], { row }));
    expect(found.every(([r, g, b]) => r === 1 && Math.min(g!, b!) < 1e-12)).toBe(true);
    const most = (c: number) => Math.max(...found.map((image) => image[c]!));
    for (const c of [1, 2]) {
      expect(most(c)).toBeLessThanOrEqual(0.6 + 1e-12);
      expect(most(c)).toBeGreaterThan(0.5);
    }
  });

  it('takes a job of an earlier version, which says nothing of it, as it was', () => {
    const earlier = { type: 'ColorJitter', brightness: 0.5, contrast: 0.5, saturation: 0.5 };
    const image = Array.from({ length: 27 }, (_, i) => i / 26);
    for (const row of rows.slice(0, 20))
      expect(augmented(earlier, [3, 3, 3], image, { row })).toEqual(
        augmented({ ...earlier, hue: 0 }, [3, 3, 3], image, { row }),
      );
  });
});

describe('RandomResizedCrop', () => {
  const step = {
    type: 'RandomResizedCrop',
    size: null,
    scale: [0.25, 0.25],
    ratio: [1, 1],
    interpolation: 'nearest',
  };

  it('shows every part of the share and form that are said, each pixel as often as it grew', () => {
    const image = Array.from({ length: 16 }, (_, i) => i);
    const found = new Set(rows.map((row) => augmented(step, [1, 4, 4], image, { row }).join(' ')));
    const wanted = [0, 1, 2].flatMap((top) =>
      [0, 1, 2].map((left) =>
        image.map((_, at) => 4 * (top + Math.floor(at / 8)) + left + Math.floor((at % 4) / 2)).join(' '),
      ),
    );
    expect(found).toEqual(new Set(wanted));
  });

  it('blends between the centres of pixels, and shows the edge beyond them', () => {
    // Two pixels of four: their centres are at 0.5 and 2.5 of the new ones.
    const wide = { ...step, scale: [0.5, 0.5], ratio: [2, 2], interpolation: 'bilinear' };
    const found = new Set(rows.map((row) => augmented(wide, [1, 1, 4], [0, 4, 8, 12], { row }).join(' ')));
    // √(2 · 2) = 2 pixels wide, and 1 high.
    expect(found).toEqual(new Set(['0 1 3 4', '4 5 7 8', '8 9 11 12']));
  });

  it('leaves an image of which it takes all, and treats all channels alike', () => {
    const all = { ...step, scale: [1, 1], interpolation: 'bilinear' };
    const image = Array.from({ length: 75 }, (_, i) => i);
    expect(augmented(all, [3, 5, 5], image)).toEqual(image);
    const part = augmented({ ...step, interpolation: 'bilinear' }, [3, 5, 5], image);
    for (let i = 0; i < 25; i++) {
      expect(part[25 + i]).toBeCloseTo(part[i]! + 25, 12);
      expect(part[50 + i]).toBeCloseTo(part[i]! + 50, 12);
    }
  });

  it('takes the middle where nothing fits: the largest part of a form that is allowed', () => {
    const tall = { ...step, scale: [1, 1], ratio: [0.5, 0.5] };
    expect(augmented(tall, [1, 2, 5], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([
      2, 2, 2, 2, 2, 7, 7, 7, 7, 7,
    ]);
    const flat = { ...step, scale: [1, 1], ratio: [2, 2] };
    expect(augmented(flat, [1, 5, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([
      4, 5, 4, 5, 4, 5, 4, 5, 4, 5,
    ]);
  });

  it('draws shares and forms over all of their ranges', () => {
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
    // As often wide as high: the logarithm of the form is uniform.
    const wide = forms.filter((form) => form > 1).length;
    expect(Math.abs(wide - 100)).toBeLessThan(4 * Math.sqrt(200 / 4));
  });
});

describe('RandomErasing', () => {
  it('paints one rectangle of the share and form that are said', () => {
    const step = { type: 'RandomErasing', p: 1, scale: [0.24, 0.24], ratio: [1.5, 1.5], value: [7, 8] };
    const places = new Set<number>();
    for (const row of rows) {
      const image = augmented(step, [2, 10, 10], new Array(200).fill(0), { row });
      // 24 of 100 pixels, height by width 1.5: 6 × 4.
      const painted = image.slice(0, 100).flatMap((value, i) => (value === 7 ? [i] : []));
      const top = painted[0]!;
      places.add(top);
      const wanted = Array.from({ length: 24 }, (_, i) => top + 10 * Math.floor(i / 4) + (i % 4));
      expect(painted).toEqual(wanted);
      expect(image.slice(100)).toEqual(image.slice(0, 100).map((value) => (value === 7 ? 8 : 0)));
    }
    // 5 rows and 7 columns that it may begin at.
    expect(places.size).toBeGreaterThan(30);
    expect(augmented({ ...step, p: 0 }, [2, 1, 2], [1, 2, 3, 4])).toEqual([1, 2, 3, 4]);
  });
});

describe('a row', () => {
  const steps: Step[] = [
    { type: 'RandomCrop', size: null, padding: 2, fill: 0, padding_mode: 'constant' },
    { type: 'RandomHorizontalFlip', p: 0.5 },
    { type: 'ColorJitter', brightness: 0.5, contrast: 0.5, saturation: 0 },
  ];
  const image = Array.from({ length: 36 }, (_, i) => 7 * i);

  it('becomes the same alone as among others, and another in each epoch, row and seed', () => {
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

  it('is drawn by Threefry: its key is the draw of stream, epoch and row', () => {
    const key = threefry2x32(9, STREAM.augment + 1, 7, 42);
    const draws = new Draws(9, 1, 7, 42);
    for (const count of [0, 1, 2]) {
      const wanted = (threefry2x32(...key, 0, count)[0] >>> 8) * 2 ** -24;
      expect(draws.uniform()).toBe(wanted);
    }
  });
});
