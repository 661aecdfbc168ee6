// The common form of all images of a dataset: as the upload says, or from the images' headers.

import type { ImageChannels, ImageFit, ImageForm, ImageInfo } from '#contracts/datasets/image-data.ts';
import type { Interpretation } from '#contracts/interpreted.ts';
import { LIMITS } from '#contracts/limits.ts';
import { fileProblem } from '../data/formats/file-problem.ts';
import type { Looked } from './decode.ts';

export interface ImageChoice {
  readonly size?: string | undefined;
  readonly fit?: ImageFit | undefined;
  readonly channels?: ImageChannels | undefined;
  readonly background?: ImageForm['background'] | undefined;
  readonly corrupt?: 'refuse' | 'skip' | undefined;
}

/** Limit on the side length chosen by default. */
const LONGEST = 128;

export function formOf(
  looked: readonly Looked[],
  { size, fit = 'cover', channels, background = 'white' }: ImageChoice,
): { form: ImageForm; interpreted: Interpretation[] } {
  const interpreted: Interpretation[] = [];
  const [width, height] = size === undefined ? usual(looked) : said(size);
  if (size === undefined) {
    const same = looked.every((each) => each.width === width && each.height === height);
    if (!same) interpreted.push({ param: 'size', from: null, to: `${width}x${height}` });
  }
  const grey = looked.every((each) => each.grey);
  const form = { width, height, channels: channels ?? (grey ? 'grey' : 'rgb'), fit, background } as const;
  return { form, interpreted };
}

function said(size: string): [number, number] {
  const [width, height = width] = size.split('x').map(Number) as [number, number?];
  return [width, height];
}

function usual(looked: readonly Looked[]): [number, number] {
  const [first] = looked as [Looked, ...Looked[]];
  if (looked.every(({ width, height }) => width === first.width && height === first.height))
    return [first.width, first.height];
  const sides = looked.map(({ width, height }) => Math.min(width, height)).sort((a, b) => a - b);
  const side = Math.min(LONGEST, sides[sides.length >> 1]!);
  return [side, side];
}

/** @throws Problem if the table of `count` images would be too large */
export function checkSize(count: number, { width: w, height: h, channels }: ImageForm): void {
  const width = w * h * (channels === 'grey' ? 1 : 3);
  const bytes = width * count;
  if (width <= LIMITS.sampleSize && bytes <= LIMITS.imageBytes) return;
  const [fw, fh] = sizeThatFits(count, { width: w, height: h, channels });
  const message = `${count} images of ${w} × ${h} are ${Math.ceil(bytes / 2 ** 20)} MiB of pixels, the limit is ${LIMITS.imageBytes / 2 ** 20} MiB: size=${fw}x${fh} fits`;
  throw fileProblem('too_big', message, 'size');
}

function sizeThatFits(
  count: number,
  { width, height, channels }: Pick<ImageForm, 'width' | 'height' | 'channels'>,
) {
  const most = Math.min(LIMITS.imageBytes / count, LIMITS.sampleSize) / (channels === 'grey' ? 1 : 3);
  const share = Math.sqrt(most / (width * height));
  return [Math.max(1, Math.floor(width * share)), Math.max(1, Math.floor(height * share))];
}

export function sizesAndFormats(
  headers: readonly Looked[],
): Pick<ImageInfo, 'formats' | 'sizes' | 'different_sizes'> {
  const formats: Record<string, number> = {};
  const sizes = new Map<string, { width: number; height: number; count: number }>();
  for (const { format, width, height } of headers) {
    formats[format] = (formats[format] ?? 0) + 1;
    const key = `${width}x${height}`;
    const known = sizes.get(key) ?? { width, height, count: 0 };
    known.count++;
    sizes.set(key, known);
  }
  const sorted = [...sizes.values()].sort((a, b) => b.count - a.count);
  return { formats, sizes: sorted.slice(0, 20), different_sizes: sorted.length };
}
