import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import {
  bool,
  columnFromArray,
  dateDay,
  dictionary,
  float32,
  float64,
  int64,
  list,
  setCompressionCodec,
  struct,
  tableFromColumns,
  tableToIPC,
  timestamp,
  utf8,
} from '@uwdata/flechette';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '#contracts/errors.ts';
import type { ColumnChoice } from '#training/data/columns/columns.ts';
import { isArrow, readArrow } from '#training/data/formats/arrow.ts';
import { lz4Block, lz4Frame } from '#training/data/formats/lz4.ts';
import { isParquet, readParquet } from '#training/data/formats/parquet.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'epochd-test-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function fileOf(bytes: Uint8Array | ArrayBuffer): Promise<string> {
  const file = path.join(dir, 'table');
  await writeFile(file, new Uint8Array(bytes));
  return file;
}
type Read = (path: string, choice: ColumnChoice) => Promise<unknown>;
async function refused(read: Read, bytes: Uint8Array | ArrayBuffer, choice: ColumnChoice = {}) {
  const error = await read(await fileOf(bytes), choice).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Problem);
  return (error as Problem).details.map(({ param, message }) => [param, message]);
}

const DAYS = ['2024-01-01', '2024-02-15', '2024-03-03'];
const INPUTS = [
  ...[1, 1.5, 0, Date.parse(DAYS[0]!) / 1000, 1],
  ...[0, Number.NaN, 1, Date.parse(DAYS[1]!) / 1000, 2],
  ...[1, 5, 0, Date.parse(DAYS[2]!) / 1000, 3],
];
const COLUMNS = [
  { name: 'island', type: 'category', categories: ['Biscoe', 'Dream'] },
  { name: 'mass', type: 'number', missing: 1 },
  { name: 'tame', type: 'boolean' },
  { name: 'day', type: 'datetime' },
  { name: 'count', type: 'number', missing: 0 },
];

describe('Parquet', () => {
  const columnData = [
    { name: 'island', data: ['Dream', 'Biscoe', 'Dream'], type: 'STRING' as const },
    { name: 'mass', data: [1.5, null, 5], type: 'DOUBLE' as const },
    { name: 'tame', data: [false, true, false], type: 'BOOLEAN' as const },
    { name: 'day', data: DAYS.map((day) => new Date(day)), type: 'TIMESTAMP' as const },
    { name: 'count', data: [1n, 2n, 3n], type: 'INT64' as const },
    { name: '__index_level_0__', data: [7n, 8n, 9n], type: 'INT64' as const },
    { name: 'kind', data: ['a', 'b', 'a'], type: 'STRING' as const },
  ];

  it.each([
    ['UNCOMPRESSED', undefined],
    ['SNAPPY', undefined],
    ['GZIP', gzipSync],
    ['BROTLI', brotliCompressSync],
    ['ZSTD', zstdCompressSync],
  ] as const)('is a table, %s', async (codec, compress) => {
    const bytes = parquetWriteBuffer({
      columnData,
      codec,
      rowGroupSize: 2,
      ...(compress && { compressors: { [codec]: (input: Uint8Array) => compress(input) } }),
    });
    expect(isParquet(new Uint8Array(bytes))).toBe(true);
    const { info, table } = await readParquet(await fileOf(bytes), {});
    expect(info).toMatchObject({
      source: 'parquet',
      samples: 3,
      columns: COLUMNS,
      target: { labels: ['a', 'b'] },
    });
    expect([...table.inputs]).toEqual(INPUTS);
  });

  it('reads only the columns in use, and rejects a nested column by its path', async () => {
    const nested = { name: 'home', data: [{ street: 'x' }, { street: 'y' }, { street: 'z' }] };
    const bytes = parquetWriteBuffer({
      columnData: [...columnData.map(({ name, data }) => ({ name, data })), nested] as never,
      schema: [
        { name: 'root', num_children: 8 },
        ...columnData.map(({ name, type }) => ({
          name,
          repetition_type: 'OPTIONAL' as const,
          ...(type === 'STRING'
            ? { type: 'BYTE_ARRAY' as const, converted_type: 'UTF8' as const }
            : type === 'TIMESTAMP'
              ? { type: 'INT64' as const, converted_type: 'TIMESTAMP_MILLIS' as const }
              : { type: type as 'DOUBLE' }),
        })),
        { name: 'home', num_children: 1, repetition_type: 'OPTIONAL' },
        { name: 'street', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      ],
    });
    expect(await refused(readParquet, bytes, { target: 'kind' })).toEqual([
      ['columns.home.street', expect.stringMatching(/^column "home": an object where .* \(home\.street\)$/)],
    ]);
    const { info } = await readParquet(await fileOf(bytes), { target: 'kind', features: 'mass,count' });
    expect(info.features).toEqual(['mass', 'count']);
  });

  it('is rejected if it is truncated, or declares more rows than a table may have', async () => {
    const whole = new Uint8Array(parquetWriteBuffer({ columnData }));
    expect(await refused(readParquet, whole.slice(0, 100))).toMatchObject(
      [['file', /Parquet|parquet/]].map(([p]) => [
        p,
        expect.stringContaining('not a well-formed Parquet file'),
      ]),
    );
    const damaged = whole.slice();
    damaged.fill(0xff, 10, 60);
    expect(await refused(readParquet, damaged)).toMatchObject([
      ['file', expect.stringContaining('well-formed')],
    ]);
  });
});

describe('Arrow', () => {
  const table = () =>
    tableFromColumns({
      island: columnFromArray(['Dream', 'Biscoe', 'Dream'], dictionary(utf8())),
      mass: columnFromArray([1.5, null, 5], float64()),
      tame: columnFromArray([false, true, false], bool()),
      day: columnFromArray(
        DAYS.map((day) => new Date(day)),
        dateDay(),
      ),
      count: columnFromArray([1, 2, 3], int64()),
      kind: columnFromArray(['a', 'b', 'a'], utf8()),
    });

  it.each(['file', 'stream'] as const)('reads a %s as a table', async (format) => {
    const bytes = tableToIPC(table(), { format })!;
    expect(isArrow(bytes)).toBe(true);
    const { info, table: read } = await readArrow(await fileOf(bytes), {});
    expect(info).toMatchObject({
      source: 'arrow',
      samples: 3,
      columns: COLUMNS,
      target: { labels: ['a', 'b'] },
    });
    expect([...read.inputs]).toEqual(INPUTS);
  });

  it('can be compressed', async () => {
    setCompressionCodec(1, { encode: zstdCompressSync, decode: (bytes) => bytes });
    const bytes = tableToIPC(table(), { format: 'file', codec: 1 } as never)!;
    const { table: read } = await readArrow(await fileOf(bytes), {});
    expect([...read.inputs]).toEqual(INPUTS);
  });

  it('rejects a nested column by its path, and a damaged file', async () => {
    const nested = tableFromColumns({
      tags: columnFromArray([[1], [2]], list(float32())),
      home: columnFromArray([{ street: 'x' }, { street: 'y' }], struct({ street: utf8() })),
      at: columnFromArray([new Date(0), new Date(1)], timestamp()),
      y: columnFromArray([0, 1], float32()),
    });
    const bytes = tableToIPC(nested, { format: 'file' })!;
    expect((await refused(readArrow, bytes)).map(([param]) => param)).toEqual([
      'columns.tags',
      'columns.home.street',
    ]);
    expect(await refused(readArrow, bytes.slice(0, 200))).toMatchObject([
      ['file', expect.stringContaining('well-formed')],
    ]);
  });
});

describe('LZ4', () => {
  // From the LZ4 block format: a token (4 bits literal length, 4 bits match length beyond 4), literals, an offset.
  const block = Uint8Array.of(0x15, 0x61, 0x01, 0x00, 0x20, 0x62, 0x63);

  it('copies earlier output, even if the copy overlaps itself', () => {
    expect(Buffer.from(lz4Block(block, 12)).toString()).toBe('aaaaaaaaaabc');
  });

  it('reads frames of compressed and uncompressed blocks', () => {
    const head = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];
    const frame = Uint8Array.of(
      ...head,
      block.length,
      0,
      0,
      0,
      ...block,
      2,
      0,
      0,
      0x80,
      0x78,
      0x79,
      0,
      0,
      0,
      0,
    );
    expect(Buffer.from(lz4Frame(frame, 14)).toString()).toBe('aaaaaaaaaabcxy');
  });

  it('rejects damaged data', () => {
    expect(() => lz4Block(Uint8Array.of(0x15, 0x61, 0x09, 0x00), 12)).toThrow(/corrupt/);
    expect(() => lz4Block(block, 5)).toThrow(/corrupt/);
    expect(() => lz4Frame(block, 12)).toThrow(/corrupt/);
  });
});
