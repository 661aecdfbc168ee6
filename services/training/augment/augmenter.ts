// Applies a job's augmentations to rows of images. The result for a row depends only on the seed, the epoch and the row's number, not on
// its batch or on the thread that computes it.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { RenderedImages } from '#contracts/training/image-preprocess.ts';
import type { InputPreprocess, RenderedPreprocess } from '#contracts/training/training.ts';
import type { TableNumbers } from '../data/numbers.ts';
import { BYTE_MAX } from '../data/transform.ts';
import type { ImageShape, Picture } from './augmentation.ts';
import { Draws } from './draws.ts';
import { augmentations } from './index.ts';

/** Plain data, so that it can be sent to a thread. */
export interface Augment {
  readonly seed: number;
  readonly shape: ImageShape;
  readonly white: number;
  readonly steps: RenderedImages['augment'];
}

/** The image shape of a sample; two dimensions mean one channel. Null if samples are not images. */
export function imageShapeOf({ features, input_shape: shape, text }: DatasetInfo): ImageShape | null {
  if (features !== null || text !== undefined) return null;
  if (shape.length === 2) return [1, shape[0]!, shape[1]!];
  return shape.length === 3 ? [shape[0]!, shape[1]!, shape[2]!] : null;
}

export function whiteOf(inputs: InputPreprocess): number {
  return inputs === 'scale' ? BYTE_MAX : 1;
}

export function isAugmented({ images }: Pick<RenderedPreprocess, 'images'>): boolean {
  return images !== undefined && images.augment.length > 0;
}

/** Null if the job augments nothing. */
export function augmentOf(preprocess: RenderedPreprocess, info: DatasetInfo, seed: number): Augment | null {
  const shape = imageShapeOf(info);
  if (!isAugmented(preprocess) || shape === null) return null;
  return { seed, shape, white: whiteOf(preprocess.inputs), steps: preprocess.images!.augment };
}

/** Returns a function that augments raw rows [rows, channels · height · width] in place; `rows` are their numbers in the table. */
export function augmenter({ seed, shape, white, steps }: Augment) {
  const length = shape[0] * shape[1] * shape[2];
  const picture: Picture = {
    shape,
    white,
    pixels: new Float64Array(length),
    spare: new Float64Array(length),
  };
  const known = steps.map(({ type, ...args }) => ({ args, apply: augmentations.members.get(type)!.apply }));
  return (raw: TableNumbers, rows: Int32Array, epoch: number): void => {
    const isWhole = raw instanceof Uint8Array || raw instanceof Int32Array;
    const most = raw instanceof Uint8Array ? BYTE_MAX : Number.POSITIVE_INFINITY;
    for (const [i, row] of rows.entries()) {
      const own = raw.subarray(i * length, (i + 1) * length);
      picture.pixels.set(own);
      for (const [place, { args, apply }] of known.entries())
        apply(args, picture, new Draws(seed, place, epoch, row));
      const { pixels } = picture;
      if (isWhole) for (let j = 0; j < length; j++) pixels[j] = Math.min(Math.round(pixels[j]!), most);
      own.set(pixels);
    }
  };
}
