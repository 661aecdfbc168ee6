// Image files from cameras, scanners, chat programs and attackers: each is decoded correctly, or refused with its path.

import { crc32, deflateSync } from 'node:zlib';
import jpeg from 'jpeg-js';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { isTar } from '#training/images/entries.ts';
import { zip as deflated, entry } from '../../fuzz/hostile-files.ts';
import { png, read, refused, tarred, zip } from './archives.ts';

const plain = (value: number) => png(8, 8, () => value);
const good = { 'cat/good.png': plain(1), 'dog/good.png': plain(2) };
const noise = png(64, 64, (x, y) => [(x * 37 + y * 91) % 256, (x * y) % 256, (x * 11) % 256]);

/** The planes [channel][pixel] that an image is read as, and its shape. */
async function pixelsOf(bytes: Uint8Array, choice = {}): Promise<{ planes: number[][]; shape: number[] }> {
  const { info, table } = await read(zip({ 'a/it.img.png': bytes }), choice);
  const [channels, height, width] = info.input_shape as [number, number, number];
  const area = height * width;
  const planes = Array.from({ length: channels }, (_, c) => [
    ...table.inputs.subarray(c * area, (c + 1) * area),
  ]);
  return { planes, shape: info.input_shape };
}

/** A PNG chunk with its length and checksum. */
function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** A well-formed 1-bit PNG whose header may claim any size. */
function rawPng(
  width: number,
  height: number,
  depth: number,
  colour: number,
  rows: Uint8Array,
  ...more: Buffer[]
) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const pieces = [
    chunk('IHDR', header),
    ...more,
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([signature, ...pieces]);
}

describe('reads', () => {
  it('a 16-bit PNG, by its high bytes', async () => {
    const rows = Buffer.from([0, 0x12, 0x34, 0xff, 0xff, 0, 0x80, 0x00, 0x00, 0x10]);
    const { planes } = await pixelsOf(rawPng(2, 2, 16, 0, rows));
    expect(planes).toHaveLength(1);
    for (const [i, wanted] of [0x12, 0xff, 0x80, 0x00].entries())
      expect(Math.abs(planes[0]![i]! - wanted)).toBeLessThanOrEqual(1);
  });

  it('a 1-bit PNG', async () => {
    const { planes } = await pixelsOf(rawPng(8, 1, 1, 0, Buffer.from([0, 0b10110001])));
    expect(planes).toEqual([[255, 0, 255, 255, 0, 0, 0, 255]]);
  });

  it('a PNG palette with transparent colors, on the given background', async () => {
    const palette = chunk('PLTE', Buffer.from([200, 10, 20, 0, 0, 0, 30, 40, 50]));
    // The first color is opaque, the second transparent, the third half transparent.
    const alpha = chunk('tRNS', Buffer.from([255, 0, 128]));
    const bytes = rawPng(3, 1, 8, 3, Buffer.from([0, 0, 1, 2]), palette, alpha);
    const white = await pixelsOf(bytes);
    expect(white.planes.map((plane) => plane.slice(0, 2))).toEqual([
      [200, 255],
      [10, 255],
      [20, 255],
    ]);
    const black = await pixelsOf(bytes, { background: 'black' });
    expect(black.planes.map((plane) => plane.slice(0, 2))).toEqual([
      [200, 0],
      [10, 0],
      [20, 0],
    ]);
    for (const [c, value] of [30, 40, 50].entries()) {
      expect(Math.abs(white.planes[c]![2]! - (value * 128 + 255 * 127) / 255)).toBeLessThanOrEqual(2);
      expect(Math.abs(black.planes[c]![2]! - (value * 128) / 255)).toBeLessThanOrEqual(2);
    }
  });

  it('a JPEG in each of the eight EXIF orientations', async () => {
    // Dark except for the upper left quarter; `places` says which quarter that is once the image is upright.
    const corner = png(16, 16, (x, y) => (x < 8 && y < 8 ? 240 : 10));
    const places = { 1: 0, 2: 1, 3: 3, 4: 2, 5: 0, 6: 1, 7: 3, 8: 2 };
    for (const [orientation, quarter] of Object.entries(places)) {
      const bytes = await sharp(corner)
        .withMetadata({ orientation: Number(orientation) })
        .jpeg({ quality: 100 })
        .toBuffer();
      const { planes } = await pixelsOf(bytes);
      const lit = [0, 1, 2, 3].filter(
        (at) => planes[0]![(at >> 1) * 8 * 16 + 4 * 16 + (at & 1) * 8 + 4]! > 128,
      );
      expect(lit, `orientation ${orientation}`).toEqual([quarter]);
    }
  });

  it('a JPEG in CMYK, close to its original colors', async () => {
    const grey = await sharp(png(16, 16, () => [128, 128, 128]))
      .toColourspace('cmyk')
      .jpeg({ quality: 100 })
      .toBuffer();
    const { planes } = await pixelsOf(grey);
    const values = planes.map((plane) => plane[100]!);
    expect(Math.max(...values) - Math.min(...values)).toBeLessThan(20);
    expect(Math.abs(values[0]! - 128)).toBeLessThan(30);
  });

  it('a progressive JPEG, like jpeg-js', async () => {
    const smooth = png(16, 16, (x, y) => [8 * x, 8 * y, 100]);
    const bytes = await sharp(smooth)
      .jpeg({ quality: 95, progressive: true, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const { data } = jpeg.decode(bytes, { useTArray: true });
    const { planes } = await pixelsOf(bytes);
    for (let i = 0; i < 256; i++)
      for (let c = 0; c < 3; c++) expect(Math.abs(planes[c]![i]! - data[4 * i + c]!)).toBeLessThanOrEqual(3);
  });

  it('a tar.gz that unpacks to a thousand times its size, from a head of any length', async () => {
    const archive = await tarred({ 'zeros.bin': Buffer.alloc(20 * 2 ** 20), ...good }, true);
    expect(isTar(archive.subarray(0, 4_096))).toBe(true);
    expect(isTar(archive)).toBe(true);
    expect((await read(archive)).info.samples).toBe(2);
  });

  it('an image with the extension of another format', async () => {
    const bytes = await sharp(plain(77)).jpeg({ quality: 100 }).toBuffer();
    const { info, table } = await read(zip({ 'a/photo.png': bytes, 'b/2.png': plain(1) }));
    expect(info.images!.formats).toEqual({ jpeg: 1, png: 1 });
    expect(Math.abs(table.inputs[0]! - 77)).toBeLessThanOrEqual(1);
  });

  it('an archive with files left by operating systems, which are skipped and reported', async () => {
    const litter = {
      '__MACOSX/cat/._good.png': 'x',
      'cat/.DS_Store': 'x',
      'cat/._a.png': '',
      'dog/Thumbs.db': 'x',
    };
    for (const archive of [zip({ ...good, ...litter }), await tarred({ ...good, ...litter })]) {
      const { info, interpreted } = await read(archive);
      expect(info.samples).toBe(2);
      expect(interpreted).toContainEqual({
        param: 'file',
        from: '4 files of the operating system',
        to: 'left out',
      });
    }
  });
});

describe('rejects, by path,', () => {
  const only = async (name: string, bytes: Uint8Array | string) => refused(zip({ ...good, [name]: bytes }));

  it('a truncated JPEG, and a truncated PNG', async () => {
    const whole = await sharp(noise).jpeg({ quality: 95 }).toBuffer();
    const [ofJpeg] = await only('cat/cut.jpg', whole.subarray(0, whole.length / 2));
    expect(ofJpeg).toMatch(/^"cat\/cut\.jpg": /);
    const [ofPng] = await only('cat/cut.png', noise.subarray(0, noise.length / 2));
    expect(ofPng).toMatch(/^"cat\/cut\.png": /);
  });

  it('an empty file, and text named .png', async () => {
    expect(await only('cat/empty.png', '')).toEqual(['"cat/empty.png": it is empty (0 bytes)']);
    expect(await only('dog/text.png', 'These are no pixels.')).toEqual([
      '"dog/text.png": its first bytes are not those of an image; supported: PNG, JPEG, WebP, GIF and TIFF',
    ]);
    expect(await only('dog/page.png', '<svg xmlns="http://www.w3.org/2000/svg"/>')).toEqual([
      '"dog/page.png": its first bytes are not those of an image; supported: PNG, JPEG, WebP, GIF and TIFF',
    ]);
  });

  it('all of them at once, or skips them on request', async () => {
    const files = { ...good, 'cat/a.png': '', 'dog/b.png': 'text' };
    expect((await refused(zip(files))).map((message) => message.split(':')[0])).toEqual([
      '"cat/a.png"',
      '"dog/b.png"',
    ]);
    const { info } = await read(zip(files), { corrupt: 'skip' });
    expect(info).toMatchObject({ samples: 2, images: { skipped: 2 } });
    expect(info.warnings![0]!.message).toMatch(
      /^2 images could not be read and were left out, such as "cat\/a\.png"/,
    );
  });

  it('a small file that claims a huge number of pixels', async () => {
    const [wide] = await only('cat/bomb.png', rawPng(100_000, 100_000, 1, 0, Buffer.alloc(10)));
    expect(wide).toMatch(/^"cat\/bomb\.png": .*pixel/);
    const [gif] = await only(
      'dog/bomb.gif',
      Buffer.from(
        'GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;',
        'latin1',
      ),
    );
    expect(gif).toMatch(/^"dog\/bomb\.gif": /);
  });

  it('a zip entry that lies about its size', async () => {
    const [stored] = await refused(zip(good, { 'dog/good.png': 5 }));
    expect(stored).toContain('(in the file after "cat/good.png")');
    const packed = (claims: number) =>
      deflated([entry('cat/1.png', noise, claims), entry('dog/2.png', plain(1))]);
    const [small] = await refused(packed(5));
    expect(small).toMatch(/^"cat\/1\.png": too many bytes/);
    const [large] = await refused(packed(2 ** 27));
    expect(large).toContain(
      '"cat/1.png" has 134217728 bytes, the limit for one file of an archive is 67108864',
    );
  });

  it('a name that points outside the archive', async () => {
    for (const name of [
      '../cat/1.png',
      'cat/../../1.png',
      '/cat/1.png',
      'C:/cat/1.png',
      'cat\\..\\..\\1.png',
    ]) {
      for (const archive of [
        zip({ ...good, [name]: plain(3) }),
        await tarred({ ...good, [name]: plain(3) }),
      ]) {
        const [message] = await refused(archive);
        expect(message).toContain(name.replaceAll('\\', '/'));
        expect(message).toContain('points outside the archive');
      }
    }
  });

  it('a duplicate name', async () => {
    const twice = zip({ ...good, 'cat/gooe.png': plain(3) });
    const archive = Buffer.from(twice.toString('latin1').replaceAll('gooe', 'good'), 'latin1');
    expect(await refused(archive)).toEqual(['"cat/good.png" occurs twice in the archive']);
  });
});
