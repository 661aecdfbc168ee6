import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { png, read, refused, tarred, zip } from './archives.ts';

const grey = (value: number) => png(4, 3, () => value);
const folders = {
  'pets/train/cat/1.png': grey(10),
  'pets/train/dog/1.png': grey(20),
  'pets/val/cat/2.png': grey(30),
  'pets/test/dog/deep/2.png': grey(40),
};

describe('folders', () => {
  it('give the classes and the held-out images, in a zip, a tar and a tar.gz alike', async () => {
    for (const archive of [zip(folders), await tarred(folders), await tarred(folders, true)]) {
      const { info, table } = await read(archive);
      expect(info).toMatchObject({
        source: 'images',
        samples: 4,
        input_shape: [1, 3, 4],
        input_dtype: 'uint8',
        split: { column: 'folders', train: 2, validation: 1, test: 1 },
        target: { name: 'class', kind: 'classes', labels: ['cat', 'dog'] },
        images: { formats: { png: 4 }, class_counts: [2, 2], skipped: 0 },
      });
      expect([...table.inputs].filter((_, i) => i % 12 === 0)).toEqual([10, 20, 30, 40]);
      expect([...table.targets]).toEqual([0, 1, 0, 1]);
      expect([...table.marks!]).toEqual([0, 0, 1, 2]);
    }
  });

  it('named by numbers are still classes', async () => {
    const { info } = await read(zip({ '0/a.png': grey(1), '1/b.png': grey(2), '10/c.png': grey(3) }));
    expect(info.target).toMatchObject({ kind: 'classes', labels: ['0', '1', '10'] });
    expect(info.split).toBeUndefined();
  });

  it('named train and test are classes if they have no subfolders', async () => {
    const { info } = await read(zip({ 'train/a.png': grey(1), 'test/b.png': grey(2) }));
    expect(info.target.labels).toEqual(['test', 'train']);
  });

  it('that are missing are reported image by image', async () => {
    expect(await refused(zip({ 'a.png': grey(1), 'cat/b.png': grey(2) }))).toEqual([
      '"a.png" is not in a folder named for its class, as in cat/1.png or train/cat/1.png',
    ]);
    const [message] = await refused(zip({ 'train/cat/1.png': grey(1), 'extra/dog/2.png': grey(2) }));
    expect(message).toContain('besides "train" there are "extra"');
  });

  it('for a test set without classes are skipped and reported', async () => {
    const { info } = await read(zip({ ...folders, 'pets/test/7.png': grey(1) }));
    expect(info.samples).toBe(4);
    expect(info.warnings).toEqual([expect.objectContaining({ code: 'images_without_class' })]);
  });
});

describe('a label table', () => {
  const images = { 'img/a.png': grey(1), 'img/b.png': grey(2), 'img/c.png': grey(3) };
  it('gives classes by path, in any order, and the held-out images', async () => {
    const csv = 'file_name,label,split\nb.png,dog,val\nimg/a.png,cat,train\nc.png,cat,train\n';
    const { info, table } = await read(zip({ ...images, 'labels.csv': csv }));
    expect(info.target).toMatchObject({ name: 'label', labels: ['cat', 'dog'] });
    expect(info.split).toEqual({ column: 'split', train: 2, validation: 1, test: 0 });
    expect([...table.inputs].filter((_, i) => i % 12 === 0)).toEqual([2, 1, 3]);
    expect([...table.targets]).toEqual([1, 0, 0]);
  });

  it('may give one number, or several', async () => {
    const csv = 'path;x;y\nimg/a.png;1.5;2\nimg/b.png;3;4\nimg/c.png;5;6\n';
    const one = await read(zip({ ...images, 'm.csv': csv }), { target: 'x' });
    expect([...one.table.targets]).toEqual([1.5, 3, 5]);
    expect(one.info.warnings).toEqual([expect.objectContaining({ code: 'unused_columns' })]);
    const two = await read(zip({ ...images, 'm.csv': csv }), { target: 'x,y' });
    expect(two.info.target).toMatchObject({ kind: 'numbers', shape: [2] });
    expect([...two.table.targets]).toEqual([1.5, 2, 3, 4, 5, 6]);
    const lines = Object.keys(images).map((path) => JSON.stringify({ path, target: [1, 2, 3] }));
    const jsonl = await read(zip({ ...images, 'm.jsonl': lines.join('\n') }));
    expect(jsonl.info.target.shape).toEqual([3]);
  });

  it('is rejected with a list of every bad row', async () => {
    const csv = 'path,label\na.png,cat\nnone.png,dog\na.png,cat\nb.png,\n';
    expect(await refused(zip({ ...images, 'labels.csv': csv }))).toEqual([
      '"labels.csv", row 3: there is no image "none.png" in the archive',
      '"labels.csv", row 4: "a.png" already occurs in row 2',
      '"labels.csv", row 5: the cell in "label" is empty',
    ]);
  });

  it('is rejected with the entry of a list that is not a number', async () => {
    const list = '[{"path": "a.png", "y": [1, 2]}, {"path": "b.png", "y": [1, "x"]}]';
    expect(await refused(zip({ ...images, 'labels.json': list }))).toEqual([
      '"labels.json", row 1: several targets must be numbers: "x" in "y" is not',
    ]);
  });

  it('is rejected with line numbers that count blank lines', async () => {
    const lines = '{"path": "a.png", "y": 1}\n\n{"path": "none.png", "y": 2}\n{"path": "a.png", "y": 3}\n';
    expect(await refused(zip({ ...images, 'labels.jsonl': lines }))).toEqual([
      '"labels.jsonl", row 3: there is no image "none.png" in the archive',
      '"labels.jsonl", row 4: "a.png" already occurs in row 1',
    ]);
    const csv = 'path,y\n\na.png,1\n\nnone.png,2\na.png,3\n';
    expect(await refused(zip({ ...images, 'labels.csv': csv }))).toEqual([
      '"labels.csv", row 5: there is no image "none.png" in the archive',
      '"labels.csv", row 6: "a.png" already occurs in row 3',
    ]);
  });

  it.each(['null', '5', '["a.png", 1]'])('is rejected if a row is not a record: %s', async (row) => {
    const record = '{"path": "a.png", "y": 1}';
    expect(await refused(zip({ ...images, 'labels.json': `[${record}, ${row}]` }))).toEqual([
      '"labels.json" cannot be read: row 1 is not a record',
    ]);
    expect(await refused(zip({ ...images, 'labels.jsonl': `${record}\n${row}\n` }))).toEqual([
      '"labels.jsonl" cannot be read: row 2 is not a record',
    ]);
  });

  it('is rejected if the target column is missing or ambiguous', async () => {
    const csv = 'path,u,v\na.png,1,2\n';
    const [message] = await refused(zip({ ...images, 'labels.csv': csv }), { target: 'z' });
    expect(message).toContain('has no column "z"');
    const flat = { 'a.png': grey(1), 'labels.csv': csv };
    expect((await refused(zip(flat)))[0]).toContain('which of the columns u, v');
  });
});

describe('pixels', () => {
  const noise = (x: number, y: number) => [
    (x * 37 + y * 11) % 256,
    (x * 5 + y * 91) % 256,
    (x * 53 + y) % 256,
  ];
  const only = async (bytes: Uint8Array, choice = {}) =>
    (await read(zip({ 'a/1.img.png': bytes }), choice)).table.inputs;

  it('of a PNG match pngjs', async () => {
    const bytes = png(9, 7, noise);
    const { data } = PNG.sync.read(bytes);
    const got = await only(bytes);
    const wanted = [0, 1, 2].flatMap((c) => Array.from({ length: 63 }, (_, i) => data[4 * i + c]!));
    expect([...got]).toEqual(wanted);
  });

  it('of a JPEG match jpeg-js, within rounding', async () => {
    const smooth = png(16, 16, (x, y) => [8 * x, 8 * y, 100]);
    const bytes = await sharp(smooth).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
    const { data } = jpeg.decode(bytes, { useTArray: true });
    const got = await only(bytes);
    for (let i = 0; i < 256; i++)
      for (let c = 0; c < 3; c++)
        expect(Math.abs(got[c * 256 + i]! - data[4 * i + c]!)).toBeLessThanOrEqual(3);
  });

  it('become gray by ITU-R 601 on request', async () => {
    const got = await only(png(5, 5, noise), { channels: 'grey' });
    const wanted = Array.from({ length: 25 }, (_, i) => {
      const [r, g, b] = noise(i % 5, Math.floor(i / 5)) as [number, number, number];
      return Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    });
    expect([...got]).toEqual(wanted);
  });

  it('that are transparent show the background', async () => {
    const clear = png(2, 2, (x) => [0, 0, 0, x === 0 ? 0 : 255]);
    expect([...(await only(clear))].slice(0, 2)).toEqual([255, 0]);
    expect([...(await only(clear, { background: 'black' }))].slice(0, 2)).toEqual([0, 0]);
  });

  it('are rotated as EXIF says', async () => {
    const bytes = await sharp(png(4, 2, (x) => [60 * x, 0, 0]))
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const { info } = await read(zip({ 'a/1.png': bytes }));
    expect(info.input_shape).toEqual([3, 4, 2]);
  });

  it('in 16 bits, CMYK, a palette, WebP or TIFF become 8-bit gray or sRGB', async () => {
    const base = sharp(png(8, 8, () => [200, 100, 50]));
    const files = {
      'a/1.png': await base.clone().toColourspace('rgb16').png().toBuffer(),
      'a/2.png': await base.clone().png({ palette: true }).toBuffer(),
      'a/3.webp': await base.clone().webp({ lossless: true }).toBuffer(),
      'a/4.tiff': await base.clone().tiff().toBuffer(),
      'a/5.jpg': await base.clone().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(),
    };
    const { info, table } = await read(zip(files));
    expect(info.images!.formats).toEqual({ png: 2, webp: 1, tiff: 1, jpeg: 1 });
    for (let i = 0; i < 5; i++) {
      const pixel = [0, 64, 128].map((c) => table.inputs[i * 192 + c]!);
      for (const [c, wanted] of [200, 100, 50].entries())
        expect(Math.abs(pixel[c]! - wanted)).toBeLessThanOrEqual(i === 4 ? 40 : 1);
    }
  });

  it('of an animation come from its first frame, which is reported', async () => {
    const frames = Buffer.concat([Buffer.alloc(8 * 8 * 3, 255), Buffer.alloc(8 * 8 * 3, 0)]);
    const gif = await sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } as never })
      .gif({ delay: [100, 100] } as never)
      .toBuffer();
    const { table, interpreted } = await read(zip({ 'a/1.gif': gif }));
    expect(table.inputs[0]).toBe(255);
    expect(interpreted).toContainEqual({
      param: 'file',
      from: '1 with several frames',
      to: 'the first frame',
    });
  });

  it('are resized to the requested size, or to an inferred size that is reported', async () => {
    const files = {
      'a/1.png': png(40, 20, (x) => (x < 20 ? 0 : 255)),
      'b/2.png': png(10, 30, () => 7),
      'b/3.png': png(12, 12, () => 9),
    };
    const found = await read(zip(files));
    expect(found.info.input_shape).toEqual([1, 12, 12]);
    expect(found.interpreted).toContainEqual({ param: 'size', from: null, to: '12x12' });
    expect(found.info.images!.sizes).toContainEqual({ width: 40, height: 20, count: 1 });
    const padded = await read(zip(files), { size: '8x4', fit: 'contain' });
    expect(padded.info.input_shape).toEqual([1, 4, 8]);
    const row = [...padded.table.inputs.subarray(32, 40)];
    expect([row[0], row[7]]).toEqual([255, 255]);
    expect(row).toContain(7);
  });
});
