// An augmentation: a random change to one training image, with torchvision's name and arguments. Each is a file of this form and a line in
// index.ts. It gets images as stored, before they are scaled.

import { z } from 'zod';
import type { Args, ArgsShape, Component, Refuse } from '../model/component.ts';
import type { Draws } from './draws.ts';

/** [channels, height, width] */
export type ImageShape = readonly [number, number, number];

/** One image, modified in place. */
export interface Picture {
  readonly shape: ImageShape;
  /** [channels, height, width] */
  pixels: Float64Array;
  /** Scratch of the same length, for augmentations that cannot overwrite what they read. */
  spare: Float64Array;
  /** The value of white: 255 if the job divides by that, else 1. */
  readonly white: number;
}

export interface AugmentationMethods<A> {
  /** Whether it depends on the value of white: if so, all numbers must lie in 0 … white. */
  readonly dependsOnWhite?: boolean;
  /** Checks the arguments against the shape of the images. */
  check?(args: A, shape: ImageShape, refuse: Refuse): void;
  apply(args: A, picture: Picture, draws: Draws): void;
}

export interface Augmentation extends Component, AugmentationMethods<Record<string, unknown>> {}

export function defineAugmentation<S extends ArgsShape>(
  augmentation: { type: string; help: string; args: S } & AugmentationMethods<Args<S>>,
): Augmentation {
  return augmentation as unknown as Augmentation;
}

/** The probability that an image is changed. */
export const chance = z
  .number()
  .min(0, { error: 'must be at least 0' })
  .max(1, { error: 'must be at most 1' })
  .default(0.5)
  .describe('Probability that an image is changed');

/** The value of pixels that lie outside the image. */
export const fill = z
  .number()
  .default(0)
  .describe('Value outside the image, in the units of the dataset: 0 … 255 for bytes');

const side = z.int({ error: 'must be a whole number' }).min(1, { error: 'must be at least 1' });

/** Output size of a crop: an argument of torchvision's, which can only be the size of the images here. */
export const cropSize = z
  .union([side, z.tuple([side, side])])
  .nullable()
  .default(null)
  .describe('[height, width]; null, or the size of the images, since the network accepts no other');

export function checkCropSize(size: z.infer<typeof cropSize>, shape: ImageShape, refuse: Refuse): void {
  if (size === null) return;
  const [, height, width] = shape;
  const [h, w] = typeof size === 'number' ? [size, size] : size;
  if (h !== height || w !== width)
    refuse(
      'size',
      `[${h}, ${w}] given, but the images are [${height}, ${width}], and a crop must have their size`,
    );
}

/** [low, high], with low ≤ high. */
export function rangeOf(number: z.ZodNumber) {
  return z.tuple([number, number]).refine(([low, high]) => low <= high, {
    error: 'must be [lowest, highest]',
  });
}

/** Makes the scratch buffer the image. */
export function swap(picture: Picture): void {
  const { pixels, spare } = picture;
  picture.pixels = spare;
  picture.spare = pixels;
}
