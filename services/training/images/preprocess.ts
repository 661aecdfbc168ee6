// A request's image settings (preprocess.images) with every default filled in, and what is fitted for them.

import { z } from 'zod';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import { detailsOf } from '#contracts/problems.ts';
import {
  IMAGENET,
  ImagesPreprocess,
  MOST_AUGMENTATIONS,
  type RenderedImages,
} from '#contracts/training/image-preprocess.ts';
import type { InputPreprocess, RenderedPreprocess } from '#contracts/training/training.ts';
import type { Augmentation, ImageShape } from '../augment/augmentation.ts';
import { imageShapeOf, whiteOf } from '../augment/augmenter.ts';
import { augmentations } from '../augment/index.ts';
import { isObject } from '../canonical/component.ts';
import type { Rows } from '../data/rows/rows.ts';
import { fitChannels, type Transform } from '../data/transform.ts';
import { type Read, readComponent, refuseAt } from '../model/component.ts';
import { formatShape } from '../model/shape.ts';

const PATH = 'preprocess.images';
/** Augmentations are validated one by one: see readComponent. */
const Frame = ImagesPreprocess.extend({ augment: z.array(z.unknown()).max(MOST_AUGMENTATIONS).default([]) });

/** The images part of a request's preprocess, if any. */
export function imagesIn(preprocess: unknown): unknown {
  return isObject(preprocess) ? preprocess.images : undefined;
}

/** @param inputs preprocessing applied to all numbers first */
export function readImagesPreprocess(
  given: unknown,
  info: DatasetInfo,
  inputs: InputPreprocess,
): Read<RenderedImages> {
  if (given === undefined) return { details: [], value: null };
  const parsed = Frame.safeParse(given);
  if (!parsed.success)
    return { details: detailsOf(parsed.error, ImagesPreprocess, PATH, given), value: null };
  const shape = imageShapeOf(info);
  if (shape === null) {
    const found = info.features === null ? formatShape(info.input_shape) : 'rows of a table';
    const message = `applies to images, [channels, height, width] or [height, width], but the samples of the dataset are ${found}`;
    return { details: [{ param: PATH, code: 'does_not_fit', message }], value: null };
  }
  const details: Detail[] = [];
  const normalize = readNormalize(parsed.data.normalize, { shape, info, inputs }, details);
  const augment: RenderedImages['augment'] = [];
  for (const [i, each] of parsed.data.augment.entries()) {
    const path = `${PATH}.augment[${i}]`;
    const read = readComponent(augmentations, each, path);
    details.push(...read.details);
    if (read.value === null) continue;
    const { definition, args } = read.value;
    definition.check?.(args, shape, refuseAt(details, path));
    details.push(...checkWhite(definition, info, inputs, path), ...checkPaint(args, info, path));
    augment.push({ type: definition.type, ...args });
  }
  return details.length > 0 ? { details, value: null } : { details, value: { normalize, augment } };
}

interface Images {
  readonly shape: ImageShape;
  readonly info: DatasetInfo;
  readonly inputs: InputPreprocess;
}

function readNormalize(
  given: ImagesPreprocess['normalize'],
  { shape, info, inputs }: Images,
  details: Detail[],
): RenderedImages['normalize'] {
  const path = `${PATH}.normalize`;
  const refuse = refuseAt(details, path);
  if (given === null) return null;
  if (inputs === 'standardize')
    refuse(null, '"preprocess.inputs": "standardize" already does so for each number: use one of the two');
  if (given === 'fitted') return given;
  const [channels] = shape;
  if (given === 'imagenet') {
    if (channels !== 3)
      refuse(null, `"imagenet" is for 3 channels, but the images have ${channels}: use "fitted"`);
    details.push(...checkRange(info, inputs, path, '"imagenet" is for images in 0 … 1'));
    return IMAGENET;
  }
  for (const part of ['mean', 'std'] as const) {
    const { length } = given[part];
    if (length !== channels)
      refuse(part, `${length} numbers given, but the images have ${channels} channels`);
  }
  return given;
}

function checkWhite(
  { dependsOnWhite, type }: Augmentation,
  info: DatasetInfo,
  inputs: InputPreprocess,
  path: string,
) {
  return dependsOnWhite ? checkRange(info, inputs, path, `${type} takes 0 for black and 1 for white`) : [];
}

/** Checks that the images lie in 0 … 1 once scaled. */
function* checkRange(
  { input_range: { min, max } }: DatasetInfo,
  inputs: InputPreprocess,
  param: string,
  why: string,
): Generator<Detail> {
  const white = whiteOf(inputs);
  if (min >= 0 && max <= white) return;
  const hint = min >= 0 && max <= 255 ? ': "preprocess.inputs": "scale" divides by 255' : '';
  const message = `${why}; the values of the dataset are ${min} … ${max}${hint}`;
  yield { param, code: 'does_not_fit', message };
}

/** Fill values must be in the range of the dataset's type. */
function* checkPaint(args: Record<string, unknown>, info: DatasetInfo, path: string): Generator<Detail> {
  const most = info.input_dtype === 'uint8' ? 255 : info.input_dtype === 'bool' ? 1 : null;
  for (const key of ['fill', 'value']) {
    const paint = [args[key]].flat().filter((value) => typeof value === 'number');
    if (most === null || paint.every((value) => value >= 0 && value <= most)) continue;
    const message = `must be in 0 … ${most}, like the values of the dataset (${info.input_dtype})`;
    yield { param: `${path}.${key}`, code: 'out_of_range', message };
  }
}

/** Null if the job does not normalize. @param rows the training rows */
export function fitNormalize(
  { inputs: kind, images }: RenderedPreprocess,
  info: DatasetInfo,
  inputs: Rows,
  rows: Int32Array,
): Transform | null {
  const normalize = images?.normalize ?? null;
  const shape = imageShapeOf(info);
  if (normalize === null || shape === null) return null;
  const divisor = whiteOf(kind);
  const stats = normalize === 'fitted' ? fitChannels(inputs, rows, shape[0], divisor) : normalize;
  return { kind: 'channels', divisor, ...stats };
}
