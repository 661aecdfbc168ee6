// The digits of digits.ts as PNG files: a zip with one folder per digit, and some more that are not in the zip.

import sharp from 'sharp';
import { drawDigit, SIZE } from './digits.ts';
import { random } from './random.ts';
import { zip } from './zip.ts';

const NAMES = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const;

export interface DigitFile {
  readonly png: Uint8Array;
  readonly name: string;
  /** [1, 14, 14], for showing in a terminal. */
  readonly image: number[][][];
}

/** Dark ink on white paper. */
async function drawnDigits(count: number, seed: number): Promise<DigitFile[]> {
  const source = random(seed);
  const images = Array.from({ length: count }, (_, i) => drawDigit(i % 10, source));
  const files: DigitFile[] = [];
  for (const [i, image] of images.entries()) {
    const pixels = Uint8Array.from(image.flat(2), (ink) => Math.round(255 * (1 - ink)));
    const png = await sharp(pixels, { raw: { width: SIZE, height: SIZE, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    files.push({ png, name: NAMES[i % 10]!, image });
  }
  return files;
}

/** zero/0.png, one/1.png, … */
export async function digitArchive(count: number): Promise<Buffer> {
  const files = await drawnDigits(count, 11);
  return zip(Object.fromEntries(files.map(({ png, name }, i) => [`${name}/${i}.png`, png])));
}

export const unseenDigits = (count: number) => drawnDigits(count, 12);
