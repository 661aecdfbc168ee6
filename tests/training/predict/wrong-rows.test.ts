// Rows that are refused: every problem is named by its place in the body, whatever the format.

import { describe, expect, it } from 'vitest';
import type { RowFormat } from '#training/predict/serve.ts';
import { ask, json, npy, refusal, table } from './served.ts';

describe('invalid rows', () => {
  it.each<[string, RowFormat, string | Uint8Array, [string, string][]]>([
    [
      'a record without a column',
      'json',
      '{"records": [{"big": 1, "b": 2, "c": 3}, {"big": 1, "c": "x"}]}',
      [
        ['records[1].b', 'records[1] has no column "b"'],
        ['records[1].c', '"x" is text, not a number'],
      ],
    ],
    [
      'lines of another width',
      'ndjson',
      '[1,2,3]\n[1,2]\n[1,2,null]',
      [
        ['inputs[1]', '2 entries, but the model takes [3]: 3 here'],
        ['inputs[2][2]', 'null where a number is expected'],
      ],
    ],
    [
      'a line that is not JSON',
      'ndjson',
      '[1,2,3]\n[1,',
      [['line 2', expect.stringContaining('not valid JSON') as unknown as string]],
    ],
    [
      'lines of arrays and of objects',
      'ndjson',
      '[1,2,3]\n{"big":1}',
      [['line 2', 'not an array like the previous lines: all must be of one kind']],
    ],
    [
      'empty and non-numeric cells',
      'csv',
      'big,b,c\n1,2,3\n1,,x\n',
      [
        ['rows[3].b', 'row 3, column "b": the cell is empty'],
        ['rows[3].c', 'row 3, column "c": "x" is not a number'],
      ],
    ],
    ['ragged rows', 'csv', 'big,b,c\n1,2\n', [['rows[2]', 'row 2: 2 cells, but the header names 3 columns']]],
    [
      'unknown and missing columns',
      'csv',
      'big,bb,c\n1,2,3\n',
      [
        ['header[1]', 'the model has no column "bb"; did you mean "b"?'],
        ['header', 'there is no column "b"'],
      ],
    ],
    ['an empty CSV', 'csv', '', [['body', 'contains no rows, not even a header']]],
    [
      'an array of another shape',
      'npy',
      npy([[1, 2]], '<f8'),
      [['inputs', '[1, 2] given, but the model takes [rows, 3]']],
    ],
    [
      'an array that ends too early',
      'npy',
      npy([[1, 2, 3]], '<f8').subarray(0, -4),
      [['inputs', '[1, 3] of f8 needs 24 bytes, but only 20 follow']],
    ],
    [
      'an array with excess bytes',
      'npy',
      Buffer.concat([npy([[1, 2, 3]], '<f8'), Buffer.alloc(9)]),
      [['inputs', '[1, 3] of f8 needs 24 bytes, but more follow']],
    ],
    [
      'an array with NaN',
      'npy',
      npy(
        [
          [1, 2, 3],
          [1, Number.NaN, 3],
        ],
        '<f8',
      ),
      [['inputs[1][1]', 'NaN is not a finite number']],
    ],
    ['a body that is not an array', 'npy', 'inputs', [['inputs', 'not a .npy file']]],
  ])('are reported with their place: %s', async (_, format, body, told) => {
    const found = await refusal(ask(table, body, format));
    expect(found.told).toEqual(told);
  });

  it.each([
    ['', 'malformed_json'],
    ['[]', 'malformed_json'],
    ['{"inputs": [[1,2,3]', 'malformed_json'],
    ['{"inputs": [[1,2,3],]}', 'malformed_json'],
    ['{"inputs": [[1,2,3]]} x', 'malformed_json'],
    ['{"inputs": [[1,2,3]],}', 'malformed_json'],
    ['{"inputs": [1 2]}', 'malformed_json'],
    [`{"inputs": [${'['.repeat(100)}]}`, 'malformed_json'],
    ['{"inputs": "\u0000"}', 'invalid_request'],
    ['{}', 'invalid_request'],
    ['{"rows": []}', 'invalid_request'],
    ['{"inputs": [], "records": []}', 'invalid_request'],
    ['{"records": [7]}', 'invalid_request'],
  ])('are refused: the body %j is %s, in one piece and in many', async (body, code) => {
    expect((await refusal(ask(table, body, 'json'))).code).toBe(code);
    expect((await refusal(ask(table, body, 'json', { size: 1 }))).code).toBe(code);
  });

  it('are not strings that hold brackets, quotes and commas', async () => {
    const record = { big: 1, b: 2, c: 3, side: '],["\\" {' };
    expect(
      await json(table, JSON.stringify({ records: [record, record] }), 'json', { size: 3 }),
    ).toHaveLength(2);
  });

  it('end the reading after a hundred', async () => {
    const lines = Array.from({ length: 5_000 }, () => '[1,2]\n').join('');
    expect((await refusal(ask(table, lines, 'ndjson'))).told).toHaveLength(100);
  });
});
