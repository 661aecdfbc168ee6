import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Problem } from '#contracts/errors.ts';
import type { ColumnChoice } from '#training/data/columns/columns.ts';
import { numberReader } from '#training/data/formats/cell.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { detectDialect } from '#training/data/formats/dialect.ts';
import type { Noted } from '#training/data/formats/noted.ts';
import { readCsvRows } from '#training/predict/csv-rows.ts';
import type { Wanted } from '#training/predict/rows.ts';

async function read(bytes: Uint8Array | string, choice: ColumnChoice = {}, piece = Number.POSITIVE_INFINITY) {
  const all = Buffer.from(bytes as Uint8Array);
  const pieces = [];
  for (let at = 0; at < all.length; at += piece) pieces.push(all.subarray(at, at + piece));
  const noted: Noted = {};
  const table = await readCsv(Readable.from(pieces), choice, noted);
  return { ...table, dialect: noted.dialect! };
}

async function refused(bytes: Uint8Array | string, choice: ColumnChoice = {}) {
  const error = await read(bytes, choice).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Problem);
  return (error as Problem).details[0]!;
}

describe('the delimiter', () => {
  it.each([
    [',', 'a,b,c\n1,2,3\n'],
    [';', 'a;b;c\n1;2;3\n'],
    ['\t', 'a\tb\tc\n1\t\t3\n'],
    ['|', 'a|b|c\n1|2|3\n'],
    // The header has more commas than semicolons; the rows do not.
    [';', 'a, in m;b, c, d\n1;2\n3;4\n'],
    [';', 'a;b\n1,5;2,5\n3,5;4,5\n'],
    [',', '"a;b;c;d",e\n1,2\n3,4\n'],
    [',', 'text,n\n"p;q;r",1\n"s;t;u",2\n'],
    [',', 'a\n1\n'],
    [',', ''],
  ])('%j is detected', (delimiter, text) => {
    expect(detectDialect(text, {}, true)).toMatchObject({ delimiter, quote: '"' });
  });

  it('is not detected if it is given', async () => {
    const { info } = await read('a,b;c\n1,2;3\n', { delimiter: ';', decimal: ',' });
    expect(info.features).toEqual(['a,b']);
  });

  it('is reported if it is not a comma', async () => {
    const { interpreted } = await read('a;b\n1,5;2\n');
    expect(interpreted).toEqual([
      { param: 'delimiter', from: null, to: ';' },
      { param: 'decimal', from: null, to: ',' },
    ]);
    expect((await read('a,b\n1.5,2\n')).interpreted).toEqual([]);
  });

  it('preserves empty cells between tabs', async () => {
    const { table } = await read('a\tb\ty\n1\t\t3\n4\t5\t6\n', { types: 'auto' });
    expect([...table.inputs]).toEqual([1, Number.NaN, 4, 5]);
  });
});

describe('decimals', () => {
  it.each([
    ['1,5', 1.5],
    ['-0,25', -0.25],
    [',5', 0.5],
    ['1.234,5', 1234.5],
    ['1.234.567', 1_234_567],
    ['12', 12],
    ['1,5e3', 1500],
    ['1.5', '"1.5" has a point, but decimals are written with a comma'],
    ['1.234', '"1.234" has a point, but decimals are written with a comma'],
    ['x', '"x" is not a number'],
    ['', 'the cell is empty'],
  ])('parse with a decimal comma: %j', (cell, value) => {
    const found = numberReader(',')(cell);
    if (typeof value === 'number') expect(found).toBe(value);
    else expect(found).toContain(value);
  });

  it('with a comma are detected inside quotes, unless the commas may separate thousands', () => {
    expect(detectDialect('a,b\n"1,5","2,25"\n', {}, true)).toMatchObject({ delimiter: ',', decimal: ',' });
    expect(detectDialect('a,b\n"1,500","2,250"\n', {}, true).decimal).toBe('.');
    expect(detectDialect('a;b\n1,5;2.5\n', {}, true).decimal).toBe('.');
  });

  it('with a comma are read in features and target, and shown that way in the preview', async () => {
    const { table, preview, info } = await read('x;y\n1,5;2,25\n-3;4\n');
    expect([...table.inputs]).toEqual([1.5, -3]);
    expect([...table.targets]).toEqual([2.25, 4]);
    expect(preview.rows[0]).toEqual([1.5, 2.25]);
    expect(info.target.max).toBe(4);
  });

  it('that are not detected give an error naming the field to set', async () => {
    expect((await refused('x,y\n1.5,2\n"2,5",3\n')).message).toContain('"decimal": ","');
  });
});

describe('the encoding', () => {
  const text = 'größe;maß;stadt\n1,5;2;Köln\n2,5;3;Łódź\n';
  const western = text.replace('Łódź', 'Zürich €');

  it.each([
    ['utf-8', Buffer.from(text)],
    ['utf-8', Buffer.from(`\ufeff${text}`)],
    ['utf-16le', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['utf-16le', Buffer.from(text, 'utf16le')],
    ['utf-16be', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['utf-16be', Buffer.from(text, 'utf16le').swap16()],
  ])('%s is detected however the file is chunked', async (encoding, bytes) => {
    for (const piece of [1, 3, 7, 1_000]) {
      const { info, dialect } = await read(bytes, {}, piece);
      expect(dialect).toMatchObject({ encoding, delimiter: ';', decimal: ',' });
      expect(info.features).toEqual(['größe', 'maß']);
      expect(info.target.labels).toEqual(['Köln', 'Łódź']);
    }
  });

  it('Windows-1252 is detected at its first non-ASCII letter, even after megabytes', async () => {
    const euro = (text: string) => Buffer.from(text.replaceAll('€', '\x80'), 'latin1');
    const { info, dialect } = await read(euro(western), {}, 5);
    expect(dialect.encoding).toBe('windows-1252');
    expect(info.target.labels).toEqual(['Köln', 'Zürich €']);
    const late = await read(euro(`x,y\n${'1,a\n'.repeat(300_000)}2,ö€\n`), {}, 60_000);
    expect(late.info.target.labels).toEqual(['a', 'ö€']);
    expect(late.interpreted).toContainEqual({ param: 'encoding', from: null, to: 'windows-1252' });
    const last = await read(euro('x,y\n1,a\n2,é'), {}, 11);
    expect(last.info.target.labels).toEqual(['a', 'é']);
  });

  it('is used if given, and the file is rejected if it does not match', async () => {
    const bytes = Buffer.from('x,y\n1,a\n2,\xe9\n', 'latin1');
    expect((await read(bytes, { encoding: 'latin1' })).info.target.labels).toEqual(['a', 'é']);
    expect(await refused(bytes, { encoding: 'utf-8' })).toMatchObject({ code: 'not_utf8' });
  });

  it('must be given for a file that starts as UTF-8 and then changes', async () => {
    const mixed = Buffer.concat([Buffer.from('x,y\n1,ä\n'), Buffer.from('2,\xe9\n', 'latin1')]);
    expect(await refused(mixed)).toMatchObject({
      code: 'not_utf8',
      message: expect.stringContaining('windows-1252'),
    });
  });
});

describe('quotes', () => {
  it('may be apostrophes, if apostrophes are used for nothing else', async () => {
    const { info, dialect } = await read("'a','b','y'\n'1','2','p, q'\n'3','4','r'\n");
    expect(dialect.quote).toBe("'");
    expect(info.target.labels).toEqual(['p, q', 'r']);
    expect((await read("a,y\n1,it's\n2,'tis\n")).info.target.labels).toEqual(["'tis", "it's"]);
  });

  it('inside a cell that does not start with one are ordinary characters', async () => {
    expect((await read('x,y\n1,5" pipe\n2,a "b" c\n')).info.target.labels).toEqual(['5" pipe', 'a "b" c']);
  });

  it('that are never closed are reported with their line', async () => {
    expect((await refused('a,b\n1,"2\n3,4\n')).message).toMatch(/a quote is never closed \(up to line/);
  });
});

it('predict reads a CSV in any of these dialects', async () => {
  const wanted = {
    model: { input: [2] },
    shape: [2],
    features: ['größe', 'b'],
    target: 'y',
  } as unknown as Wanted;
  const rows = async (body: Uint8Array, piece: number) => {
    const all: number[] = [];
    const pieces = [];
    for (let at = 0; at < body.length; at += piece) pieces.push(body.subarray(at, at + piece));
    for await (const block of readCsvRows(pieces, wanted)) all.push(...block);
    return all;
  };
  const text = 'b;größe\n1,5;2\n3;4,25\n';
  for (const piece of [3, 1_000]) {
    for (const bytes of [Buffer.from(text), Buffer.from(text, 'latin1'), Buffer.from(text, 'utf16le')]) {
      expect(await rows(bytes, piece)).toEqual([2, 1.5, 4.25, 3]);
    }
  }
});
