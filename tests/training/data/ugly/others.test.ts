import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { type Content, inShort, readUgly, refusedUgly } from './read.ts';

const hole = Number.NaN;
const parquet = (columns: Record<string, unknown[]>) =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: Object.entries(columns).map(([name, data]) => ({ name, data })) as never,
    }),
  );

describe('reads other formats:', () => {
  it.each<[what: string, content: Content, columns: string[] | string, rows: number[][]]>([
    [
      'JSONL with CRLF and blank lines',
      '{"a": 1, "y": 0}\r\n\r\n{"a": 2, "y": 1}\r\n',
      ['a number'],
      [[1], [2]],
    ],
    [
      'JSONL with null and keys that are not there',
      '{"a": null, "b": 1, "y": 0}\n{"b": 2, "a": 3, "y": 1}\n{"a": 4, "y": 1}\n',
      ['a number −1', 'b number −1'],
      [
        [hole, 1],
        [3, 2],
        [4, hole],
      ],
    ],
    ['JSONL in gzip', gzipSync('{"a": 1, "y": 0}\n{"a": 2, "y": 1}\n'), ['a number'], [[1], [2]]],
    ['JSON with numbers as text', '[{"a": "1.5", "y": 0}, {"a": "2", "y": 1}]', ['a number'], [[1.5], [2]]],
    [
      'JSON with brackets and quotes in texts',
      '[{"a": "]}\\"[{", "y": 0}, {"a": "x", "y": 1}]',
      ['a category'],
      [[0], [1]],
    ],
    ['JSON in UTF-8 with a mark', '\ufeff[{"ä": 1, "y": 0}]', ['ä number'], [[1]]],
    ['JSON of true and false', '[{"a": true, "y": 0}, {"a": false, "y": 1}]', ['a boolean'], [[1], [0]]],
    [
      'JSON of one object of arrays',
      '{"inputs": [[[1, 2]], [[3, 4]]], "targets": ["a", "b"]}',
      '1×2',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['Parquet of 64-bit integers', parquet({ a: [1n, -5n], y: [0, 1] }), ['a number'], [[1], [-5]]],
    [
      'Parquet with null and NaN',
      parquet({ a: [1.5, null, hole], y: [0, 1, 1] }),
      ['a number −2'],
      [[1.5], [hole], [hole]],
    ],
    [
      'Parquet with an index of pandas',
      parquet({ a: [1.5, 2.5], __index_level_0__: [7, 8], y: [0, 1] }),
      ['a number'],
      [[1.5], [2.5]],
    ],
  ])('%s', async (_, content, columns, rows) => {
    const found = inShort(await readUgly(content));
    expect(found.columns).toEqual(columns);
    expect(found.rows).toEqual(rows);
  });
});

describe('rejects other formats, by line and path:', () => {
  it.each<[what: string, content: Content, problem: RegExp]>([
    ['JSONL with a line cut off', '{"a": 1, "y": 0}\n{"a": 2, "y"\n', /^rows\[2\]: .*not valid JSON/],
    ['JSONL with a trailing comma', '{"a": 1, "y": 0},\n{"a": 2, "y": 0}\n', /./],
    [
      'JSONL with an object in a record',
      '{"a": {"b": [1]}, "y": 0}\n{"a": 2, "y": 0}\n',
      /^rows\[1\]\.a: row 1, column "a": an object/,
    ],
    ['JSON that ends too early', '[{"a": 1, "y": 0},', /^file: .*not valid JSON/],
    ['JSON nested a thousand deep', `[${'['.repeat(1_000)}`, /^file: .*nested deeper/],
    ['JSON of records that are lists', '[["a", "y"], [1, 0]]', /^rows\[0\]: row 0: must be an object/],
    ['JSON with a name that no record may have', '[{"__proto__": 1, "y": 0}]', /^header\[0\]: "__proto__"/],
    ['JSON with NaN', '{"a": NaN, "y": 0}\n{"a": 1, "y": 0}\n', /./],
    ['Parquet that is a mark alone', Buffer.from('PAR1PAR1'), /^file: .*not a well-formed Parquet file/],
    [
      'Parquet that claims a footer of 4 GB',
      Buffer.concat([
        Buffer.from('PAR1'),
        Buffer.alloc(32),
        Buffer.from([0xff, 0xff, 0xff, 0xff]),
        Buffer.from('PAR1'),
      ]),
      /^file: .*well-formed/,
    ],
    ['Arrow that is a mark alone', Buffer.from('ARROW1\0\0'), /^file: .*well-formed/],
    [
      'Arrow of noise',
      Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff, 16, 0, 0, 0]), Buffer.alloc(64, 7)]),
      /^file: .*well-formed/,
    ],
    ['Feather of version 1', Buffer.from('FEA1\0\0\0\0'), /^file: .*Feather/],
  ])('%s', async (_, content, problem) => {
    expect((await refusedUgly(content))[0]).toMatch(problem);
  });
});
