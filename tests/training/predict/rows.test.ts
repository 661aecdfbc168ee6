// Rows in every format through one model, against its predictions for the same rows as parsed JSON.

import { describe, expect, it } from 'vitest';
import type { RowFormat } from '#training/predict/serve.ts';
import { arrays, json, npy, ROWS, table } from './served.ts';

describe('rows in any format', () => {
  const shuffled = ROWS.map(([big, b, c]) => ({ c, big, side: 'left', b }));
  it.each<[string, RowFormat, () => string | Uint8Array]>([
    ['records', 'json', () => JSON.stringify({ records: shuffled })],
    ['arrays with white space', 'json', () => JSON.stringify({ inputs: ROWS }, null, 1)],
    ['lines of arrays', 'ndjson', () => ROWS.map((row) => JSON.stringify(row)).join('\n')],
    [
      'lines of objects, some empty',
      'ndjson',
      () => shuffled.map((row) => `${JSON.stringify(row)}\r\n\n`).join(''),
    ],
    [
      'CSV with its columns in another order',
      'csv',
      () => `c,side,b,big\n${ROWS.map(([big, b, c]) => `${c},left,${b},${big}`).join('\n')}`,
    ],
    [
      'CSV with semicolons and quotes',
      'csv',
      () => `"big";"b";"c"\r\n${ROWS.map((row) => row.join(';')).join('\r\n')}\r\n`,
    ],
    ['doubles of NumPy', 'npy', () => npy(ROWS, '<f8')],
    ['doubles of NumPy in Fortran order', 'npy', () => npy(ROWS, '<f8', true)],
  ])('%s get the same predictions as parsed JSON', async (_, format, body) => {
    const answers = await json(table, body(), format);
    expect(answers).toHaveLength(ROWS.length);
    const outputs = await table.outputs(Float64Array.from(ROWS.flat()));
    const wanted = ROWS.map((_row, i) => table.interpret(outputs.subarray(2 * i, 2 * i + 2)));
    expect(answers).toEqual(wanted);
  });

  it('bytes and big-endian floats of NumPy are read as their values', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => [i % 256, (i * 7) % 256]);
    const wanted = await json(arrays, JSON.stringify({ inputs: rows }), 'json');
    expect(await json(arrays, npy(rows, '|u1'), 'npy')).toEqual(wanted);
    expect(await json(arrays, npy(rows, '>f4'), 'npy')).toEqual(wanted);
  });

  it('a CSV with or without a header is read by a model without column names', async () => {
    const wanted = await json(arrays, '{"inputs": [[1, 2], [3, 4]]}', 'json');
    expect(await json(arrays, '1,2\n3,4\n', 'csv')).toEqual(wanted);
    expect(await json(arrays, 'x,y\n1,2\n3,4\n', 'csv')).toEqual(wanted);
  });

  it('an empty body gets an empty list of predictions', async () => {
    expect(await json(arrays, '{"inputs": [ ]}', 'json')).toEqual([]);
    expect(await json(arrays, '', 'ndjson')).toEqual([]);
  });
});
