// Random brightness, contrast, saturation and hue in a random order, like torchvision's ColorJitter: the first three blend the image with
// black, with its mean gray, or with its own gray.

import { z } from 'zod';
import { defineAugmentation, type Picture, rangeOf } from './augmentation.ts';
import { turnHue } from './hue.ts';

const factor = z.number().min(0, { error: 'must be at least 0' }).max(100);
const strength = (what: string) =>
  z
    .union([factor, rangeOf(factor)])
    .default(0)
    .describe(
      `${what}: factors from 1 − this (at least 0) to 1 + this; or [lowest, highest]; 0 leaves it unchanged`,
    );

const half = z.number().max(0.5, { error: 'must be at most 0.5: half of the hue circle' });
const hueRange = z
  .union([
    half.min(0, { error: 'must be at least 0' }),
    rangeOf(half.min(-0.5, { error: 'must be at least -0.5: half of the hue circle' })),
  ])
  .default(0)
  .describe(
    'Hue: rotated by −this … this of the hue circle, at most 0.5; or [lowest, highest]; 0 leaves it unchanged',
  );

/** Weights of ITU-R 601 luma, with torchvision's four digits. */
const [RED, GREEN, BLUE] = [0.2989, 0.587, 0.114];

export const ColorJitter = defineAugmentation({
  type: 'ColorJitter',
  help: 'Scales brightness, contrast and saturation by random factors and rotates the hue, in random order',
  args: {
    brightness: strength('Brightness'),
    contrast: strength('Contrast'),
    saturation: strength('Saturation'),
    hue: hueRange,
  },
  dependsOnWhite: true,
  check({ brightness, contrast, saturation, hue }, [channels], refuse) {
    if (channels !== 1 && channels !== 3)
      refuse(null, `takes images of 1 channel (grey) or 3 (red, green, blue), but these have ${channels}`);
    else if (channels === 1 && (saturation !== 0 || hue !== 0))
      refuse(saturation !== 0 ? 'saturation' : 'hue', 'images of one channel have no colors');
    else if (brightness === 0 && contrast === 0 && saturation === 0 && hue === 0)
      refuse(null, 'changes nothing: set brightness, contrast, saturation or hue, for example to 0.2');
  },
  // Jobs of earlier versions have no hue.
  apply({ brightness, contrast, saturation, hue = 0 }, picture, draws) {
    const changes = [
      { by: brightness, about: 1, change: brighten },
      { by: contrast, about: 1, change: contrasted },
      { by: saturation, about: 1, change: saturated },
      { by: hue, about: 0, change: turnHue },
    ].filter(({ by }) => by !== 0);
    while (changes.length > 0) {
      const [{ by, about, change }] = changes.splice(draws.below(changes.length), 1) as [
        (typeof changes)[number],
      ];
      const [low, high] = typeof by === 'number' ? rangeAbout(about, by) : by;
      change(picture, draws.uniform(low, high));
    }
  },
});

/** Factors are never negative; hue shifts go both ways. */
const rangeAbout = (about: number, by: number) =>
  [about === 0 ? -by : Math.max(0, about - by), about + by] as const;

const clamped = (value: number, white: number) => Math.min(Math.max(value, 0), white);

function brighten({ pixels, white }: Picture, factor: number): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = clamped(pixels[i]! * factor, white);
}

function contrasted(picture: Picture, factor: number): void {
  const { pixels, white, shape } = picture;
  const area = shape[1] * shape[2];
  let sum = 0;
  for (let i = 0; i < area; i++) sum += greyOf(picture, i, area);
  const rest = (1 - factor) * (sum / area);
  for (let i = 0; i < pixels.length; i++) pixels[i] = clamped(pixels[i]! * factor + rest, white);
}

function saturated(picture: Picture, factor: number): void {
  const { pixels, white, shape } = picture;
  const area = shape[1] * shape[2];
  for (let i = 0; i < area; i++) {
    const rest = (1 - factor) * greyOf(picture, i, area);
    for (let at = i; at < pixels.length; at += area) pixels[at] = clamped(pixels[at]! * factor + rest, white);
  }
}

function greyOf({ pixels, shape }: Picture, i: number, area: number): number {
  if (shape[0] === 1) return pixels[i]!;
  return RED * pixels[i]! + GREEN * pixels[area + i]! + BLUE * pixels[2 * area + i]!;
}
