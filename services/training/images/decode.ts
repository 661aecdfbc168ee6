// Decodes one image file to pixels with sharp (libvips). Only supported formats are passed to it, whatever the file is called; orientation
// follows EXIF, colors become 8-bit sRGB, and transparent pixels show the background.

import type { ImageBackground, ImageForm } from '#contracts/datasets/image-data.ts';

export interface Looked {
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly grey: boolean;
  /** Frames of an animation, or pages of a document. */
  readonly pages: number;
}

/** Pixels per file: a larger image is treated as a decompression bomb. */
export const MOST_PIXELS = 100_000_000;

const KNOWN = 'supported: PNG, JPEG, WebP, GIF and TIFF';

/** Judged by the first bytes; null if the format is not supported. */
export function formatOf(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (/^GIF8[79]a/.test(text)) return 'gif';
  if (text.startsWith('RIFF') && text.endsWith('WEBP')) return 'webp';
  return /^(II\*\0|MM\0\*)/.test(text) ? 'tiff' : null;
}

/** Loaded only when the first image is read. */
let loading: Promise<typeof import('sharp').default> | null = null;
function library() {
  loading ??= import('sharp').then(({ default: sharp }) => {
    // One thread per image: several images are read concurrently instead.
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp;
  });
  return loading;
}

async function opened(bytes: Uint8Array) {
  if (bytes.length === 0) throw new Error('it is empty (0 bytes)');
  const format = formatOf(bytes);
  if (format === null) throw new Error(`its first bytes are not those of an image; ${KNOWN}`);
  const sharp = await library();
  return { format, image: sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error' }) };
}

/** Reads the header. @throws Error with the reason */
export async function lookAt(bytes: Uint8Array): Promise<Looked> {
  const { format, image } = await opened(bytes);
  const { autoOrient, space, pages = 1 } = await image.metadata();
  const { width, height } = autoOrient;
  if (width * height > MOST_PIXELS) {
    throw new Error(`it is ${width} × ${height} pixels, the limit is ${MOST_PIXELS}`);
  }
  return { format, width, height, grey: space === 'b-w' || space === 'grey16', pages };
}

const SHARP_FIT = { cover: 'cover', contain: 'contain', stretch: 'fill' } as const;
const COLOUR = { white: '#ffffff', black: '#000000' } as const satisfies Record<ImageBackground, string>;

/** Bytes [channels, height, width]. @throws Error with the reason */
export async function decode(bytes: Uint8Array, form: ImageForm): Promise<Uint8Array> {
  const { image } = await opened(bytes);
  const { width, height, channels, fit } = form;
  const { space, autoOrient } = await image.metadata();
  const grey = space === 'b-w' || space === 'grey16';
  const background = COLOUR[form.background];
  let piped = image.autoOrient().flatten({ background });
  if (autoOrient.width !== width || autoOrient.height !== height) {
    piped = piped.resize(width, height, { fit: SHARP_FIT[fit], kernel: 'linear', background });
  }
  const { data, info } = await piped
    .toColourspace(grey && channels === 'grey' ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return planes(data, info.channels, channels === 'grey' ? 1 : 3);
}

/** Interleaved pixels to one plane per channel; colors become gray by ITU-R 601, as in PIL and torchvision. */
function planes(data: Uint8Array, given: number, wanted: 1 | 3): Uint8Array {
  const pixels = data.length / given;
  const out = new Uint8Array(pixels * wanted);
  for (let i = 0; i < pixels; i++) {
    const red = data[i * given]!;
    const green = given < 3 ? red : data[i * given + 1]!;
    const blue = given < 3 ? red : data[i * given + 2]!;
    if (wanted === 1) {
      out[i] = given < 3 ? red : Math.floor((299 * red + 587 * green + 114 * blue + 500) / 1000);
    } else {
      out[i] = red;
      out[pixels + i] = green;
      out[2 * pixels + i] = blue;
    }
  }
  return out;
}

/** Stored pixels as a PNG data URL, no side longer than `side`. */
export async function thumbnail(pixels: Uint8Array, form: ImageForm, side: number): Promise<string> {
  const sharp = await library();
  const { width, height } = form;
  const count = form.channels === 'grey' ? 1 : 3;
  const area = width * height;
  const woven = new Uint8Array(area * count);
  for (let c = 0; c < count; c++) for (let i = 0; i < area; i++) woven[i * count + c] = pixels[c * area + i]!;
  const png = await sharp(woven, { raw: { width, height, channels: count } })
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
