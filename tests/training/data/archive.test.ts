import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { readArchive } from '#training/data/formats/archive.ts';

function npy(shape: number[], values: number[]): Buffer {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`;
  const magic = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]);
  return Buffer.concat([magic, Buffer.from(header), Buffer.from(values)]);
}

/** A ZIP archive with uncompressed entries (APPNOTE.TXT, 4.3). */
function zip(files: Readonly<Record<string, Buffer>>): Buffer {
  const [parts, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(content.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), content]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const made = Buffer.from([20, 0]);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), made, fields, place, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, central, Buffer.from('PK\x05\x06'), end]);
}

async function read(arrays: Record<string, Buffer>, choice = {}, maxBytes = 1e6) {
  const dir = await mkdtemp(path.join(tmpdir(), 'epochd-archive-test-'));
  try {
    const file = path.join(dir, 'data.npz');
    const named = Object.entries(arrays).map(([name, content]) => [`${name}.npy`, content]);
    await writeFile(file, zip(Object.fromEntries(named)));
    return await readArchive(file, choice, maxBytes);
  } finally {
    await rm(dir, { recursive: true });
  }
}

const TRAIN = { x_train: npy([3, 2], [1, 2, 3, 4, 5, 6]), y_train: npy([3], [0, 1, 0]) };
const TEST = { x_test: npy([2, 2], [7, 8, 9, 10]), y_test: npy([2], [1, 2]) };

it('appends the validation and test arrays to the training arrays, and marks them', async () => {
  const val = { x_val: npy([1, 2], [0, 0]), y_val: npy([1], [1]) };
  const { info, table } = await read({ ...TEST, ...TRAIN, ...val });
  expect(info).toMatchObject({
    samples: 6,
    input_dtype: 'uint8',
    split: { column: 'arrays', train: 3, validation: 1, test: 2 },
    target: { max: 2 },
  });
  expect(info).not.toHaveProperty('warnings');
  expect([...table.inputs]).toEqual([1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10]);
  expect([...table.targets]).toEqual([0, 1, 0, 1, 1, 2]);
  expect([...table.marks!]).toEqual([0, 0, 0, 1, 2, 2]);
});

it('recognizes other spellings, and reports which arrays are unused', async () => {
  const { info } = await read({
    train_images: TRAIN.x_train,
    train_labels: TRAIN.y_train,
    test_images: TEST.x_test,
    test_labels: TEST.y_test,
    mean: npy([1], [4]),
  });
  expect(info.split).toMatchObject({ train: 3, test: 2 });
  expect(info.warnings).toMatchObject([
    { code: 'unused_arrays', message: expect.stringContaining('not used: "mean".') },
  ]);
});

it('holds nothing out if other arrays were chosen, or a part lacks its targets', async () => {
  const { info } = await read({ ...TRAIN, ...TEST }, { inputs: 'x_test', targets: 'y_test' });
  expect(info.samples).toBe(2);
  expect(info).not.toHaveProperty('split');
  expect(info.warnings![0]!.message).toContain('"x_train", "y_train"');
  const lacking = await read({ ...TRAIN, x_test: TEST.x_test });
  expect(lacking.info.samples).toBe(3);
  expect(lacking.info.warnings![0]!.message).toContain('"x_test"');
});

it('rejects parts whose shapes differ, and archives over the size limit', async () => {
  await expect(read({ ...TRAIN, ...TEST, x_test: npy([2, 3], [1, 2, 3, 4, 5, 6]) })).rejects.toMatchObject({
    details: [{ param: 'inputs', message: expect.stringContaining('[2, 3], those for training [3, 2]') }],
  });
  await expect(read({ ...TRAIN, ...TEST, y_test: npy([3], [1, 2, 0]) })).rejects.toMatchObject({
    details: [{ param: 'inputs' }, { param: 'targets' }],
  });
  await expect(read({ ...TRAIN, ...TEST }, {}, 200)).rejects.toMatchObject({
    details: [{ code: 'too_big' }],
  });
});
