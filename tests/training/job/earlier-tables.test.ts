// Tables with non-numeric columns as the previous version stored them: the inputs of each column, and their transforms.

import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { encode, widthOf } from '#training/data/encoders/encoder.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { bytesOf, decodeTable } from '#training/data/table.ts';
import type { Transform } from '#training/data/transform.ts';
import { inRawValues } from '#training/earlier-cards.ts';
import { joined } from '#training/job/joined.ts';
import { safetensorsPieces } from '#training/model/safetensors.ts';

const BIRDS = 'island,mass,sex,kind\nDream,1,m,a\nBiscoe,,f,b\nDream,5,,a\nDream,3,f,b\n';
const HOLE = Number.NaN;
const ENCODED = [
  ...[0, 1, 1, 0, 0, 1],
  ...[1, 0, HOLE, 0, 1, 0],
  ...[0, 1, 5, 1, 0, 0],
  ...[0, 1, 3, 0, 1, 0],
];

it('decodes an earlier format to the same table', async () => {
  const { info, table } = await readCsv(Readable.from([Buffer.from(BIRDS)]), { types: 'auto' });
  const inputs = Float64Array.from(ENCODED);
  const tensor = (values: Float64Array | Int32Array, dtype: 'F64' | 'I32', shape: number[]) => ({
    dtype,
    shape,
    bytes: bytesOf(values),
  });
  const tensors = new Map([
    ['inputs', tensor(inputs, 'F64', [4, 6])],
    ['targets', tensor(table.targets as Int32Array, 'I32', [4])],
  ]);
  const file = joined(safetensorsPieces(tensors, new Map([['epochd', JSON.stringify(info)]])));
  expect(decodeTable(file)).toEqual(table);
});

it('feeds an earlier model the encoding it was trained on', async () => {
  const { info, table } = await readCsv(Readable.from([Buffer.from(BIRDS)]), { types: 'auto' });
  const [mean, std, fill] = [
    [0, 0, 3, 0, 0, 0],
    [1, 1, 2, 1, 1, 1],
    [0.75, 0.25, 3, 0.25, 0.5, 0.25],
  ];
  const seen = { min: [0, 0, 1, 0, 0, 0], max: [1, 1, 5, 1, 1, 1] };
  const transform = { kind: 'standardize', mean: mean!, std: std!, fill } as Transform;
  const card = inRawValues({ columns: info.columns, transform, seen });
  if (card.transform.kind !== 'columns') throw new Error('not converted');
  const { encoders } = card.transform;
  expect(card.seen).toEqual({ min: [0, 1, 0], max: [1, 5, 1] });
  for (let row = 0; row < 4; row++) {
    const out = new Float32Array(6);
    let at = 0;
    for (const [i, encoder] of encoders.entries()) {
      encode(encoder, table.inputs[row * 3 + i]!, out, at);
      at += widthOf(encoder);
    }
    const before = ENCODED.slice(row * 6, row * 6 + 6).map(
      (x, i) => ((Number.isNaN(x) ? fill![i]! : x) - mean![i]!) / std![i]!,
    );
    expect([...out]).toEqual(before);
  }
});
