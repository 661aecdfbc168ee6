import { expect, it } from 'vitest';
import { readInline } from '#training/data/formats/inline.ts';
import { decodeTable, encodeTable, type StoredTable } from '#training/data/table.ts';

const { table } = readInline({
  inputs: [
    [1, 2.5],
    [Math.PI, -4],
  ],
  targets: [0.1, 2],
});

it('a stored table round-trips exactly', () => {
  expect(decodeTable(encodeTable(table))).toEqual(table);
  const classes: StoredTable = {
    ...table,
    info: { ...table.info, target: { ...table.info.target, kind: 'classes', labels: ['ä', 'b'] } },
    targets: Int32Array.of(1, 0),
  };
  expect(decodeTable(encodeTable(classes))).toEqual(classes);
});

it('can be read at any offset in a larger buffer', () => {
  const bytes = encodeTable(table);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(decodeTable(shifted.subarray(3))).toEqual(table);
  expect(decodeTable(Buffer.from(shifted.buffer).subarray(3))).toEqual(table);
});

it('has equal bytes for equal content', () => {
  expect(
    encodeTable(
      readInline({
        inputs: [
          [1, 2.5],
          [Math.PI, -4],
        ],
        targets: [0.1, 2],
      }).table,
    ),
  ).toEqual(encodeTable(table));
});
