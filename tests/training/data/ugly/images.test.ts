// Real-world and malformed archives of images.

import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { png, read, refused, tarred, zip } from '../../images/archives.ts';

const good = png(4, 4, (x) => 10 * x);

it('lists every unreadable image by its path, all at once', async () => {
  const photo = await sharp(png(64, 64, (x, y) => [4 * x, 4 * y, 0]))
    .jpeg()
    .toBuffer();
  const noise = png(64, 64, (x, y) => (x * 7919 + y * 104729) % 256);
  const files = {
    'a/good.png': good,
    'a/empty.png': '',
    'a/text.png': 'this is no image',
    'b/cut.jpg': photo.subarray(0, photo.length >> 1),
    'b/cut.png': noise.subarray(0, noise.length >> 1),
    'b/page.gif': '<html></html>',
  };
  for (const archive of [zip(files), await tarred(files, true)]) {
    const messages = await refused(archive);
    for (const name of ['a/empty.png', 'a/text.png', 'b/cut.jpg', 'b/cut.png', 'b/page.gif']) {
      expect(
        messages.filter((message) => message.includes(`"${name}"`)),
        `${name}: ${messages.join('; ')}`,
      ).toHaveLength(1);
    }
    expect(messages.join()).not.toContain('good');
    const { info, table } = await read(archive, { corrupt: 'skip', size: '4' });
    expect(info).toMatchObject({ samples: 1, images: { skipped: 5 } });
    expect(table.inputs).toHaveLength(16);
    expect(info.warnings).toContainEqual(expect.objectContaining({ code: 'corrupt_images' }));
  }
});

it('skips and reports files left by operating systems', async () => {
  const { info, interpreted } = await read(
    zip({
      'a/1.png': good,
      '__MACOSX/a/._1.png': 'x',
      'a/.DS_Store': 'x',
      'a/Thumbs.db': 'x',
      'a/._1.png': 'x',
    }),
  );
  expect(info.samples).toBe(1);
  expect(interpreted).toContainEqual({
    param: 'file',
    from: '4 files of the operating system',
    to: 'left out',
  });
});

it('rejects nested archives and unsupported formats by name', async () => {
  const messages = await refused(zip({ 'a/1.png': good, 'a/more.zip': 'PK', 'b/photo.heic': 'x' }));
  expect(messages).toEqual([
    '"a/more.zip": archives inside the archive are not opened: unpack it first',
    '"b/photo.heic": not a supported format: PNG, JPEG, WebP, GIF or TIFF',
  ]);
});

it('rejects a path that points outside the archive, and reads nothing', async () => {
  const files = { '../../cat/1.png': good };
  for (const archive of [zip(files), await tarred(files)])
    expect(await refused(archive)).toEqual(['"../../cat/1.png" points outside the archive']);
});

it('rejects a zip that lies about sizes, and one that decompresses to too much', async () => {
  expect((await refused(zip({ 'a/1.png': good }, { 'a/1.png': 5 })))[0]).toBeTruthy();
  expect((await refused(zip({ 'a/1.png': good, 'a/2.png': good }), {}, good.length + 10))[0]).toContain(
    'decompresses to more',
  );
  const many = await tarred({ 'a/1.png': Buffer.alloc(2 ** 20) }, true);
  expect((await refused(many, {}, 2 ** 16))[0]).toContain('decompresses to more than 65536 bytes');
});

it('rejects a decompression bomb by its header', async () => {
  const chunk = (type: string, data: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const body = Buffer.concat([Buffer.from(type), data]);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(50_000, 0);
  header.writeUInt32BE(50_000, 4);
  header[8] = 8;
  const bomb = Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1_000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  expect((await refused(zip({ 'a/1.png': bomb })))[0]).toMatch(/"a\/1.png": .*pixel/i);
});

it('accepts an image of one pixel', async () => {
  const { table } = await read(zip({ 'a/1.png': png(1, 1, () => 77) }));
  expect([...table.inputs]).toEqual([77]);
});

it('rejects an archive that is truncated or has no image', async () => {
  const whole = zip({ 'a/1.png': good });
  expect((await refused(whole.subarray(0, whole.length - 10)))[0]).toBeTruthy();
  const cut = await tarred({ 'a/1.png': good }, true);
  expect((await refused(cut.subarray(0, cut.length - 30)))[0]).toContain('archive');
});

it('rejects table options for images, and image options for a table', async () => {
  expect(await refused(zip({ 'a/1.png': good }), { delimiter: ';' })).toEqual([
    'applies to tables, but this file is an archive of images',
  ]);
  expect((await refused(Buffer.from('x,y\n1,2\n'), { size: '32' }))[0]).toContain('applies to images');
});
