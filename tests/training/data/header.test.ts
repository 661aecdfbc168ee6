// A CSV whose first row is data.

import { expect, it } from 'vitest';
import { readCsv } from '#training/data/formats/csv.ts';

async function* bytes(text: string) {
  yield Buffer.from(text);
}
const read = (text: string, choice = {}) => readCsv(bytes(text), choice);
const ROWS = '5.1,3.5,1.4,setosa\n4.9,3.0,1.5,setosa\n7.0,3.2,4.7,versicolor\n';

it('reads a file without a header if "header" is "false", losing no row and naming the columns', async () => {
  const { info, table, preview } = await read(ROWS, { header: 'false' });
  expect(info).toMatchObject({
    samples: 3,
    features: ['column_1', 'column_2', 'column_3'],
    target: { name: 'column_4', labels: ['setosa', 'versicolor'] },
  });
  expect(info).not.toHaveProperty('warnings');
  expect([...table.inputs.slice(0, 3)]).toEqual([5.1, 3.5, 1.4]);
  expect(preview.rows).toHaveLength(3);
  const { info: chosen } = await read(ROWS, { header: 'false', target: 'column_1', features: 'column_3' });
  expect([chosen.target.name, chosen.features]).toEqual(['column_1', ['column_3']]);
});

it('warns about a header that looks like data, and suggests "header": "false" if it cannot be a header', async () => {
  const { info } = await read(ROWS);
  expect(info.samples).toBe(2);
  expect(info.warnings).toMatchObject([
    { code: 'header_like_data', message: expect.stringContaining('5.1, 3.5, 1.4, setosa') },
  ]);
  const numbers = read('5.1,3.5,1.4\n4.9,3.0,1.4\n');
  await expect(numbers).rejects.toThrow(/"header": "false" reads a file without names/);
  const twice = read('5.1,1.4,1.4,setosa\n4.9,3.0,1.5,setosa\n');
  await expect(twice).rejects.toThrow(/"1.4" names columns 2 and 3: is it a row of data\? "header": "false"/);
});

it('does not suspect a header of years, words, or words with numbers in them', async () => {
  for (const header of ['1990,1991,1992,country', 'a,b,c,d', 'x1,x2,3,kind']) {
    const { info } = await read(`${header}\n1,2,3,y\n4,5,6,n\n`);
    expect(info).not.toHaveProperty('warnings');
  }
});

it('counts lines from the first row without a header when reporting a bad cell', async () => {
  await expect(read('1,2,x\n1,oops,y\n', { header: 'false' })).rejects.toThrow(/row 2, column "column_2"/);
});
