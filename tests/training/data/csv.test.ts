import { existsSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Problem } from '#contracts/errors.ts';
import type { ColumnChoice } from '#training/data/columns/columns.ts';
import { readCsv } from '#training/data/formats/csv.ts';

const read = (text: string | Uint8Array, choice: ColumnChoice = {}) =>
  readCsv(Readable.from([typeof text === 'string' ? Buffer.from(text) : text]), choice);

async function refused(text: string | Uint8Array, choice: ColumnChoice = {}): Promise<Problem> {
  try {
    await read(text, choice);
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).status).toBe(400);
    return error as Problem;
  }
  throw new Error('was not refused');
}

const SMALL = 'a,b,kind\n1,2,x\n3,4,y\n5,6,x\n';

describe('a CSV file', () => {
  it('yields features in order and sorted classes, with the last column as the target', async () => {
    const { info, table, preview } = await read('b,a,kind\n1,2,zebra\n3,4.5,ape\n-5e2,6,zebra\n');
    expect(info).toMatchObject({
      source: 'csv',
      samples: 3,
      input_shape: [2],
      features: ['b', 'a'],
      target: {
        name: 'kind',
        kind: 'classes',
        shape: [],
        labels: ['ape', 'zebra'],
        min: 0,
        max: 1,
        integral: true,
      },
    });
    expect([...table.inputs]).toEqual([1, 2, 3, 4.5, -500, 6]);
    expect(table.targets).toEqual(Int32Array.of(1, 0, 1));
    expect(preview.rows[1]).toEqual([3, 4.5, 'ape']);
  });

  it('keeps a numeric target as numbers, and records its range', async () => {
    const { info, table } = await read('x,y\n1,2\n2,0\n3,1\n');
    expect(info.target).toEqual({
      name: 'y',
      kind: 'numbers',
      shape: [],
      labels: null,
      min: 0,
      max: 2,
      min_row: 3,
      max_row: 2,
      second_min: { value: 1, row: 4 },
      second_max: { value: 1, row: 4 },
      integral: true,
    });
    expect(table.targets).toEqual(Float64Array.of(2, 0, 1));
    expect((await read('x,y\n1,2\n2,0.5\n')).info.target).toMatchObject({ integral: false, fraction_row: 3 });
    expect((await read('x,y\n1,2\n2,-1\n')).info.target).toMatchObject({ integral: false, min: -1 });
  });

  it.each([
    [';', 'a;b;kind\n1;2;x\n3;4;y\n5;6;x\n'],
    ['tab', SMALL.replaceAll(',', '\t')],
    ['a byte order mark', `\ufeff${SMALL}`],
    ['quotes', '"a","b","kind"\n"1","2","x"\n3,4,"y"\n5,6,x'],
    ['CRLF, blanks and empty lines', 'a , b,kind\r\n 1,2 ,x\r\n\r\n3,4,y\r\n5,6,x\r\n\r\n'],
  ])('is read with %s', async (_, text) => {
    const { info, table } = await read(text);
    expect(info.features).toEqual(['a', 'b']);
    expect(info.target.labels).toEqual(['x', 'y']);
    expect([...table.inputs]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...table.targets]).toEqual([0, 1, 0]);
  });

  it('may have delimiters, quotes and line breaks inside quoted cells', async () => {
    const { info } = await read('"a,1",kind\n1,"x, ""y"""\n2,"two\nlines"\n');
    expect(info.features).toEqual(['a,1']);
    expect(info.target.labels).toEqual(['two\nlines', 'x, "y"']);
  });

  it('may arrive in chunks that split cells and characters', async () => {
    const bytes = Buffer.from('größe,kind\n1,grün\n2,blau\n');
    const { info, table } = await readCsv(Readable.from(Array.from(bytes, (byte) => Buffer.of(byte))), {});
    expect(info.features).toEqual(['größe']);
    expect(info.target.labels).toEqual(['blau', 'grün']);
    expect([...table.inputs]).toEqual([1, 2]);
  });

  it('takes the target and the features by name, with the features in the given order', async () => {
    const { info, table } = await read(SMALL, { target: 'a', features: 'b' });
    expect(info).toMatchObject({ features: ['b'], target: { name: 'a', kind: 'numbers' } });
    expect([...table.inputs]).toEqual([2, 4, 6]);
    const ordered = await read('a,b,c\n1,2,3\n', { features: 'b, a' });
    expect([...ordered.table.inputs]).toEqual([2, 1]);
    const withComma = await read('"p,q",b,c\n1,2,3\n', { features: '["p,q"]' });
    expect(withComma.info.features).toEqual(['p,q']);
  });

  it('ignores the contents of columns that are not selected', async () => {
    const { info } = await read('id,a,kind\nabc,1,x\n,2,y\n', { features: 'a' });
    expect(info).toMatchObject({ samples: 2, features: ['a'] });
  });

  it('may name its columns constructor, toString or hasOwnProperty', async () => {
    const { info } = await read('constructor,toString,hasOwnProperty\n1,2,valueOf\n3,4,__proto__\n');
    expect(info.features).toEqual(['constructor', 'toString']);
    expect(info.target.labels).toEqual(['__proto__', 'valueOf']);
  });

  it('may number its columns from 0 instead of naming them', async () => {
    expect((await read('0,1,2\n5.1,3.5,a\n')).info.features).toEqual(['0', '1']);
  });

  it('keeps only the first hundred rows as a preview', async () => {
    const { preview, info } = await read(`x,y\n${'1,2\n'.repeat(250)}`);
    expect(info.samples).toBe(250);
    expect(preview.rows).toHaveLength(100);
  });

  it('yields to the event loop when it is large and arrives in one chunk', async () => {
    const row = `${Array.from({ length: 20 }, (_, i) => (i * 1.5).toFixed(3)).join(',')}\n`;
    const header = `${Array.from({ length: 20 }, (_, i) => `c${i}`).join(',')}\n`;
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const { info } = await read(Buffer.from(header + row.repeat(40_000)));
    clearInterval(timer);
    expect(info.samples).toBe(40_000);
    expect(turns).toBeGreaterThan(5);
  });
});

describe('bad cells', () => {
  it.each([
    ['abc', '"abc" is not a number'],
    ['Infinity', '"Infinity" is not a finite number'],
    ['-inf', '"-inf" is not a finite number'],
    ['0x10', '"0x10" is not a'],
    ['1e400', '"1e400" is not a finite number'],
    ['1e39', 'beyond the range of float32'],
  ])('include %j in a numeric column, reported by row and column', async (cell, message) => {
    const problem = await refused(`a,b,y\n1,2,3\n1,${cell},3\n1,4,5\n`);
    expect(problem.details).toHaveLength(1);
    expect(problem.details[0]).toMatchObject({ param: 'rows[3].b', code: 'bad_cell' });
    expect(problem.details[0]!.message).toContain('row 3, column "b": ');
    expect(problem.details[0]!.message).toContain(message);
  });

  it('are all counted, and the first hundred are listed', async () => {
    const problem = await refused(`a,y\n${'x,1\n'.repeat(250)}1,1\n`);
    expect(problem.details).toHaveLength(100);
    expect(problem.message).toMatch(/^250 problems .* the first 100 are listed/);
    expect(problem.details[99]!.param).toBe('rows[101].a');
  });

  it('in a numeric target are errors, not classes', async () => {
    const problem = await refused('x,y\n1,2.5\n2,3.5\n3,oops\n');
    expect(problem.details).toMatchObject([
      { param: 'rows[4].y', message: 'row 4, column "y": "oops" is not a number' },
    ]);
  });

  it('in a target must not be empty', async () => {
    expect((await refused('x,kind\n1,a\n2,\n')).details[0]!.message).toBe(
      'row 3, column "kind": the cell is empty',
    );
  });

  it('are located by line, counting empty lines and line breaks inside quotes', async () => {
    const problem = await refused('x,kind\n\n1,"a\nb"\n\n\noops,c\n7,c\n\nbad,d\n');
    expect(problem.details.map((detail) => detail.param)).toEqual(['rows[7].x', 'rows[10].x']);
  });

  it('and ragged rows are reported together', async () => {
    const problem = await refused('a,b,y\n1,2\n1,x,3\n1,2,3,4\n1,2,3\n');
    expect(problem.details.map(({ param, code }) => [param, code])).toEqual([
      ['rows[2]', 'ragged'],
      ['rows[3].b', 'bad_cell'],
      ['rows[4]', 'ragged'],
    ]);
  });
});

describe('rejects a file that', () => {
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  it.each<[string, string | Uint8Array, string]>([
    ['is empty', '', 'empty'],
    ['holds a byte order mark only', '\ufeff', 'empty'],
    ['holds empty lines only', '\n\n\n', 'empty'],
    ['holds a header only', 'a,b,c\n', 'empty'],
    ['is a PNG', png, 'not_csv'],
    ['is JSON', '[{"a": 1}, {"a": 2}]', 'not_csv'],
    ['is a JSON object', ' {"inputs": [[1]], "targets": [1]}', 'not_csv'],
    ['contains NUL bytes', 'a,b\n1,\0\n', 'not_csv'],
    ['holds NUL bytes far behind its head', `a,b\n${'1,2\n'.repeat(50_000)}1,\0\n`, 'not_csv'],
    ['contains control characters', Buffer.from('a,\xe9\x01\n1,2\n', 'latin1'), 'not_csv'],
    ['is a page of HTML', '<!DOCTYPE html><html>', 'not_csv'],
    ['leaves a quote open', `a,b\n1,"2\n${'3,4\n'.repeat(10)}`, 'malformed'],
    ['leaves a quote open over megabytes', `a,b\n1,"2\n${'3,4\n'.repeat(2_000_000)}`, 'malformed'],
    ['has no header', '5.1,3.5,1.4\n4.9,3.0,1.4\n', 'no_header'],
    ['names a column twice', 'a,b,a\n1,2,3\n', 'duplicate'],
    ['leaves a column without a name', 'a,,c\n1,2,3\n', 'empty'],
    ['calls a column __proto__', '__proto__,y\n1,2\n', 'invalid_name'],
    ['has one column only', 'a\n1\n2\n', 'too_small'],
    [
      'has more columns than the limit',
      `${Array.from({ length: 10_001 }, (_, i) => `c${i}`).join(',')}\n`,
      'too_big',
    ],
  ])('%s', async (_, text, code) => {
    expect((await refused(text)).details.map((detail) => detail.code)).toContain(code);
    expect(Object.prototype).not.toHaveProperty('y');
  });

  it('lacks a requested column, and suggests the closest name', async () => {
    const problem = await refused(SMALL, { target: 'knid', features: 'a,bb,kind' });
    expect(problem.details.map((detail) => detail.param)).toEqual(['target', 'features[1]']);
    expect(problem.details[0]!.message).toBe('there is no column "knid"; did you mean "kind"?');
    expect((await refused(SMALL, { features: 'a,kind' })).details[0]!.code).toBe('target_as_feature');
    expect((await refused(SMALL, { features: 'a,a' })).details[0]!.code).toBe('duplicate');
  });
});

const IRIS = '../shared/data/iris.csv';
it.skipIf(!existsSync(IRIS))('iris has 150 samples, 4 features and 3 classes', async () => {
  const { info } = await read(readFileSync(IRIS));
  expect(info).toMatchObject({ samples: 150, input_shape: [4] });
  expect(info.target.labels).toEqual(['setosa', 'versicolor', 'virginica']);
});
