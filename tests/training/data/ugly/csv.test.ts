import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ColumnChoice } from '#training/data/columns/columns.ts';
import { type Content, inShort, readUgly, refusedUgly } from './read.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
const hole = Number.NaN;

type Case = [what: string, content: Content, columns: string[], rows: number[][], choice?: ColumnChoice];

describe('reads a CSV', () => {
  it.each<Case>([
    ['that is compressed with gzip', gzipSync('a;y\n1,5;0\n2,5;1\n'), ['a number'], [[1.5], [2.5]]],
    [
      'from Excel in German',
      latin('Größe;Preis;Art\r\n1,5;1.234,50;gut\r\n2,5;99,00;schlecht\r\n'),
      ['Größe number', 'Preis number'],
      [
        [1.5, 1234.5],
        [2.5, 99],
      ],
    ],
    [
      'from Excel as "Unicode text"',
      utf16('a\tb\ty\r\n1\t2\t0\r\n3\t4\t1\r\n'),
      ['a number', 'b number'],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['with a byte order mark before a quoted name', '\ufeff"a","y"\n"1","0"\n', ['a number'], [[1]]],
    ['with line ends of an old Mac', 'a,y\r1,0\r2,1\r', ['a number'], [[1], [2]]],
    ['with mixed line ends', 'a,y\r\n1,0\n2,1\r\n', ['a number'], [[1], [2]]],
    ['without a last line end', 'a,y\n1,0\n2,1', ['a number'], [[1], [2]]],
    ['with blank lines at both ends', '\n\n\na,y\n1,0\n\n\n', ['a number'], [[1]]],
    ['with blanks around cells', ' a , y \n 1 , 0 \n\t2\t,\t1\t\n', ['a number'], [[1], [2]]],
    ['with quoted line ends', 'a,y\n1,"x\ny"\n2,"x\r\nz"\n', ['a number'], [[1], [2]]],
    [
      'with doubled quotes',
      'a,b,y\n1,"he said ""no""",0\n2,b,1\n',
      ['a number', 'b category'],
      [
        [1, 1],
        [2, 0],
      ],
    ],
    [
      'with a quote within a cell',
      'a,b,y\n1,5" pipe,0\n2,6" pipe,1\n',
      ['a number', 'b category'],
      [
        [1, 0],
        [2, 1],
      ],
    ],
    [
      'in apostrophes',
      "'a';'b';'y'\n'1';'x;z';'0'\n'2';'w';'1'\n",
      ['a number', 'b category'],
      [
        [1, 1],
        [2, 0],
      ],
    ],
    [
      'by tabs with empty cells',
      'a\tb\ty\n1\t\t0\n\t2\t1\n',
      ['a number −1', 'b number −1'],
      [
        [1, hole],
        [hole, 2],
      ],
    ],
    [
      'by pipes',
      'a|b|y\n1|x, y|0\n2|z|1\n',
      ['a number', 'b category'],
      [
        [1, 0],
        [2, 1],
      ],
    ],
    [
      'with commas in a quoted header',
      '"a, in m","b; c",y\n1,2,0\n',
      ['a, in m number', 'b; c number'],
      [[1, 2]],
    ],
    ['written by pandas with its index', ',a,y\n0,5,1\n1,6,0\n', ['a number'], [[5], [6]]],
    ['written by pandas twice', 'Unnamed: 0,a,y\n0,5,1\n1,6,0\n', ['a number'], [[5], [6]]],
    [
      'without a header',
      '1,2,0\n3,4,1\n',
      ['column_1 number', 'column_2 number'],
      [
        [1, 2],
        [3, 4],
      ],
      { header: 'false' },
    ],
    ['with years for names', '2019,2020,y\n1,2,0\n', ['2019 number', '2020 number'], [[1, 2]]],
    [
      'with names in other scripts',
      '名前,цена,y\nあ,1,0\nい,2,1\n',
      ['名前 category', 'цена number'],
      [
        [0, 1],
        [1, 2],
      ],
    ],
    ['with emoji', '😀,y\n👍,0\n👎,1\n', ['😀 category'], [[0], [1]]],
    [
      'with names of JavaScript',
      'constructor,toString,y\n1,2,0\n',
      ['constructor number', 'toString number'],
      [[1, 2]],
    ],
    [
      'with exponents and signs',
      'a,b,y\n+1e3,-.5,0\n1E-2,5.,1\n',
      ['a number', 'b number'],
      [
        [1000, -0.5],
        [0.01, 5],
      ],
    ],
    [
      'with every word for missing',
      'a,y\n1,0\nNA,1\nN/A,0\nnull,1\nNaN,0\n?,1\n-,0\n,1\n',
      ['a number −7'],
      [[1], [hole], [hole]],
    ],
    ['with a column of nothing', 'a,b,y\n1,,0\n2,,1\n', ['a number', 'b ignore −2'], [[1], [2]]],
    ['with one row', 'a,b,y\n1,x,2\n', ['a number', 'b category'], [[1, 0]]],
    [
      'with zeros before numbers',
      'zip,y\n00501,0\n90210,1\n',
      ['zip category'],
      [[0], [1]],
      { types: '{"zip": "category"}' },
    ],
    ['of yes and no in any case', 'a,y\nYes,0\nNO,1\nyes,0\n', ['a boolean'], [[1], [0], [1]]],
    [
      'of dates with a zone',
      'd,y\n2024-01-01T00:00:00+01:00,0\n2024-01-02T00:00:00Z,1\n',
      ['d datetime'],
      [[Date.UTC(2023, 11, 31, 23) / 1e3], [Date.UTC(2024, 0, 2) / 1e3]],
    ],
    [
      'of German dates',
      'd;y\n01.02.2024;0\n3.4.2024;1\n',
      ['d datetime'],
      [[Date.UTC(2024, 1, 1) / 1e3], [Date.UTC(2024, 3, 3) / 1e3]],
    ],
    [
      'in Latin-1 with a said encoding',
      latin('a,y\n1,\xe9\n2,e\n'),
      ['a number'],
      [[1], [2]],
      { encoding: 'latin1' },
    ],
    ['that is Windows-1252 at its very end', latin('a,y\n1,x\n2,\x80'), ['a number'], [[1], [2]]],
    ['in UTF-16 without a mark', Buffer.from('a,y\n1,0\n2,1\n', 'utf16le'), ['a number'], [[1], [2]]],
  ])('%s', async (_, content, columns, rows, choice) => {
    const found = inShort(await readUgly(content, choice));
    expect(found.columns).toEqual(columns);
    expect(found.rows).toEqual(rows);
  });
});

type Refused = [what: string, content: Content, problem: RegExp, choice?: ColumnChoice];

describe('rejects a CSV, by line and column,', () => {
  it.each<Refused>([
    ['with a short row', 'a,b,y\n1,2,0\n1,2\n', /^rows\[3\]: row 3: 2 cells, but the header names 3/],
    ['with a long row', 'a,b,y\n1,2,0,9\n', /^rows\[2\]: row 2: 4 cells/],
    ['with a comma too many in one row', 'a;y\n1;0\n2;0;\n', /^rows\[3\]: row 3: 3 cells/],
    [
      'with a text among numbers',
      'a,y\n1,0\n2 kg,1\n3,1\n',
      /^rows\[3\]\.a: row 3, column "a": "2 kg" is not a number/,
    ],
    ['with a footer', 'a,y\n1,0\n2,1\nTotal: 2\n', /^rows\[4\]: row 4: 1 cells/],
    ['with a title above the header', 'Sales of 2024\na,b,y\n1,2,0\n', /^(rows\[2\]|features)/],
    [
      'with a unit in a second header',
      'a,y\nm,kg\n1,2\n3,4\n',
      /^rows\[2\]\.y: row 2, column "y": "kg" is not/,
    ],
    ['with infinity', 'a,y\n1,0\ninf,1\n', /^rows\[3\]\.a: .*not a finite number/],
    ['with a number beyond float32', 'a,y\n1,0\n1e39,1\n', /^rows\[3\]\.a: .*beyond the range of float32/],
    ['with a decimal comma that is not the rule', 'a;y\n1.5;0\n2,5;1\n', /^rows\[3\]\.a: .*"decimal": ","/],
    ['with a hole in the target', 'a,y\n1,0\n2,\n', /^rows\[3\]\.y: row 3, column "y": the cell is empty/],
    ['with a name twice', 'a,b,a,y\n1,2,3,0\n', /^header\[2\]: "a" names columns 1 and 3/],
    ['without a name in the middle', 'a,,y\n1,2,0\n', /^header\[1\]: column 2 has no name/],
    ['without a header', '1,2,0\n3,4,1\n', /^header: .*"header": "false"/],
    ['with a quote that never ends', `a,y\n1,"x\n${'2,y\n'.repeat(50)}`, /^file: .*a quote is never closed/],
    [
      'with a cell that swallows megabytes',
      `a,y\n1,"x\n${'2,y\n'.repeat(2_000_000)}`,
      /^file: .*longer than 4 MiB/,
    ],
    ['with NUL bytes', 'a,y\n1,0\n\0,1\n', /^file: .*NUL bytes \(line 3\)/],
    [
      'in two encodings',
      Buffer.concat([Buffer.from('a,y\n1,ä\n'), latin('2,\xe4\n')]),
      /^file: .*"encoding"/,
    ],
    [
      'in another encoding than is said',
      latin('a,y\n1,\xe9\n'),
      /^file: .*not text in UTF-8/,
      { encoding: 'utf-8' },
    ],
    [
      'with a date that does not exist',
      'd,y\n2024-02-30,0\n2024-03-01,1\n',
      /^types\.d: .*not dates/,
      { types: '{"d": "datetime"}' },
    ],
    [
      'with a target that is not there',
      'a,y\n1,0\n',
      /^target: there is no column "Y"; did you mean "y"/,
      { target: 'Y' },
    ],
    [
      'with nothing but ids',
      `id,y\n${Array.from({ length: 30 }, (_, i) => `n${i},${i % 2}`).join('\n')}\n`,
      /^types: no feature column is left/,
    ],
    ['that is a page', '<!DOCTYPE html>\n<html><body>404</body></html>', /^file: .*HTML/],
    ['that is an Excel workbook', Uint8Array.of(0x50, 0x4b, 0x03, 0x04, 0, 0, 0, 0), /^file: /],
    ['that is an old Excel workbook', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 1, 1), /^file: .*Excel/],
    [
      'that is no gzip after all',
      Uint8Array.of(0x1f, 0x8b, 8, 0),
      /^file: starts like gzip, but cannot be decompressed: /,
    ],
    [
      'whose gzip ends too early',
      gzipSync('a,y\n1,0\n2,1\n').subarray(0, 20),
      /^file: starts like gzip, .*unexpected end/,
    ],
    ['that is compressed twice', gzipSync(gzipSync('a,y\n1,0\n')), /^file: .*gzip: unpack it first/],
    [
      'that decompresses to more than the limit',
      gzipSync(Buffer.alloc(65 * 2 ** 20)),
      /^file: decompresses to more than 67108864 bytes/,
    ],
    ['that is empty', '', /^file: the file is empty/],
    ['that is a mark alone', '\ufeff', /^file: the file contains no rows/],
    ['of one column', 'a\n1\n', /^features: a table needs at least one feature/],
  ])('%s', async (_, content, problem, choice) => {
    const problems = await refusedUgly(content, choice);
    expect(problems[0]).toMatch(problem);
  });
});
