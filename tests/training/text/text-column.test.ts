// Reading a text column: when it is detected, and what is refused.

import { describe, expect, it } from 'vitest';
import { decodeTable, encodeTable } from '#training/data/table.ts';
import { csvOf, opinions } from './opinions.ts';

const problem = (promise: Promise<unknown>) =>
  promise.then(
    () => 'read',
    (error: Error & { details: { message: string }[] }) =>
      error.details.map(({ message }) => message).join('; '),
  );

describe('a column of texts', () => {
  it('is detected if it is the only feature, and each text is stored', async () => {
    const { info, table, preview } = await csvOf(opinions(30));
    expect(info.columns).toEqual([
      {
        name: 'opinion',
        type: 'text',
        missing: 0,
        text: expect.objectContaining({ words: expect.objectContaining({ longest: 11 }) }),
      },
    ]);
    expect(preview.rows[0]).toEqual(['A lovely film number 0, I would say', 'good']);
    expect(decodeTable(encodeTable(table))).toEqual(table);
    expect(Buffer.from(table.texts!.bytes.subarray(0, table.texts!.ends[0])).toString()).toBe(
      preview.rows[0]![0],
    );
    expect(table.inputs[0]).toBe(preview.rows[0]![0]!.toString().length);
  });

  it('must be chosen if there are other features, and is otherwise ignored with a warning that says how to choose it', async () => {
    const both = opinions(30).replace('opinion,', 'id,opinion,').replace(/^"/gm, '7,"');
    const found = await csvOf(both);
    expect(found.info.columns!.map(({ type }) => type)).toEqual(['number', 'ignore']);
    expect(found.info.warnings![0]!.message).toContain('"types": {"opinion": "text"} trains on it alone');
    expect(await problem(csvOf(both, { types: '{"opinion": "text"}' }))).toBe(
      'column "opinion" is a text, which must be the only feature: leave out "id", with "features" or "ignore"',
    );
    const said = await csvOf(both, { types: '{"opinion": "text", "id": "ignore"}' });
    expect(said.info.columns!.map(({ type }) => type)).toEqual(['ignore', 'text']);
    const chosen = await csvOf(both, { features: 'opinion' });
    expect(chosen.info.columns!.map(({ type }) => type)).toEqual(['text']);
  });

  it('may not have empty cells, and each is named by its row', async () => {
    const types = '{"a": "text"}';
    expect(await problem(csvOf('a,b\nsome words,x\n,y\n"  ",x\n', { types }))).toBe(
      'row 3, column "a": the cell is empty: a text is required; row 4, column "a": the cell is empty: a text is required',
    );
    expect(await problem(csvOf(`${opinions(30)},good\n`))).toContain(
      '1 cells are empty: every row needs a text',
    );
  });

  it('is not detected in short names', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `Person Number${i},${i % 2}`).join('\n');
    expect(await problem(csvOf(`name,y\n${rows}\n`))).toContain('no feature column is left');
  });
});
