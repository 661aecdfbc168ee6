import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Problem } from '#contracts/errors.ts';
import type { ColumnChoice } from '#training/data/columns/columns.ts';
import { isJson, readJson } from '#training/data/formats/json.ts';
import type { Noted } from '#training/data/formats/noted.ts';

async function read(text: string | Uint8Array, choice: ColumnChoice = {}, piece = 7) {
  const bytes = Buffer.from(text as Uint8Array);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += piece) pieces.push(bytes.subarray(at, at + piece));
  const noted: Noted = {};
  const table = await readJson(() => Readable.from(pieces), choice, noted);
  return { ...table, format: noted.format };
}

async function refused(text: string | Uint8Array, choice: ColumnChoice = {}) {
  const error = await read(text, choice).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Problem);
  expect((error as Problem).code).toBe('invalid_dataset');
  return (error as Problem).details.map(({ param, message }) => `${param}: ${message}`);
}

const BIRDS = [
  { island: 'Dream', mass: 1.5, tame: true, kind: 'a' },
  { island: 'Biscoe', mass: null, tame: false, kind: 'b' },
  { mass: 5, island: 'Dream', kind: 'a', tame: true },
];
const lines = BIRDS.map((bird) => JSON.stringify(bird)).join('\n');

describe('records', () => {
  it.each([
    ['jsonl', lines],
    ['jsonl', `\ufeff${lines}\n\n`],
    ['json', JSON.stringify(BIRDS)],
    ['json', JSON.stringify(BIRDS, null, 2)],
  ])('as %s become a table with their keys as columns', async (format, text) => {
    expect(isJson(Buffer.from(text))).toBe(true);
    const { info, table, preview, ...found } = await read(text, { target: 'kind' });
    expect(found.format).toBe(format);
    expect(info).toMatchObject({ source: 'json', samples: 3, target: { name: 'kind', labels: ['a', 'b'] } });
    expect(info.columns).toEqual([
      { name: 'island', type: 'category', missing: 0, categories: ['Biscoe', 'Dream'] },
      { name: 'mass', type: 'number', missing: 1 },
      { name: 'tame', type: 'boolean', missing: 0, categories: ['false', 'true'] },
    ]);
    expect([...table.inputs]).toEqual([...[1, 1.5, 1], ...[0, Number.NaN, 0], ...[1, 5, 1]]);
    expect(preview.rows[0]).toEqual(['Dream', 1.5, 'true', 'a']);
  });

  it('of numbers only give the same table as the equivalent CSV', async () => {
    const { info, table } = await read('{"a": 1, "b": 2.5, "y": 3}\n{"a": 4, "b": -1e3, "y": 6}\n');
    expect(info.columns).toBeUndefined();
    expect([...table.inputs]).toEqual([1, 2.5, 4, -1000]);
    expect([...table.targets]).toEqual([3, 6]);
  });

  it('may lack keys, or have keys that the first record lacks', async () => {
    const { info, table } = await read('{"a": 1, "y": 0}\n{"b": 2, "y": 1}\n', { target: 'y' });
    expect(info.features).toEqual(['a', 'b']);
    expect([...table.inputs]).toEqual([1, Number.NaN, Number.NaN, 2]);
  });

  it.each([
    ['a bad line', '{"a": 1, "y": 0}\n{"a": 1 "y": 0}\n', /^rows\[2\]: rows\[2\]: not valid JSON/],
    [
      'a nested value',
      '{"a": 1, "y": 0}\n{"a": {"b": 1}, "y": 0}\n',
      /^rows\[2\]\.a: row 2, column "a": an object/,
    ],
    ['a list', '[{"a": [1, 2], "y": 0}]', /^rows\[0\]\.a: row 0, column "a": a list/],
    ['a row that is none', '{"a": 1, "y": 0}\n[1, 2]\n', /^rows\[2\]: row 2: must be an object/],
    [
      'a text among numbers',
      '{"a": 1, "y": 0}\n{"a": "x", "y": 0}\n',
      /^rows\[2\]\.a: row 2, column "a": "x" is not/,
    ],
    ['an array that is cut off', '[{"a": 1, "y": 0}, {"a"', /^file: /],
    ['arrays in an array', '[[1, 2]]', /^rows\[0\]: row 0: must be an object/],
    ['nothing', '[]', /^file: the file contains no rows/],
  ])('with %s are rejected by row', async (_, text, message) => {
    expect(await refused(text)).toEqual([expect.stringMatching(message)]);
  });

  it('with a key that first appears too late are rejected by row', async () => {
    const text = `${'{"a": 1, "y": 0}\n'.repeat(1_000)}{"a": 1, "b": 2, "y": 0}\n`;
    expect(await refused(text)).toEqual([
      expect.stringMatching(/^rows\[1001\]\.b: .*none of the first 1000 rows/),
    ]);
  });

  it('may have nested values in columns that are not used', async () => {
    const { info } = await read('{"a": 1, "more": {"b": 2}, "y": 0}\n', { features: 'a', target: 'y' });
    expect(info.features).toEqual(['a']);
  });
});

describe('arrays', () => {
  it('given as lines of inputs and target become a dataset of arrays', async () => {
    const { info, table, format } = await read(
      '{"inputs": [[1, 2]], "target": "x"}\n{"inputs": [[3, 4]], "target": "y"}\n',
    );
    expect(format).toBe('jsonl');
    expect(info).toMatchObject({
      samples: 2,
      input_shape: [1, 2],
      features: null,
      target: { labels: ['x', 'y'] },
    });
    expect([...table.inputs]).toEqual([1, 2, 3, 4]);
  });

  it('given as one object match the JSON body of POST /datasets', async () => {
    for (const space of [undefined, 2]) {
      const { info } = await read(
        JSON.stringify(
          {
            inputs: [
              [1, 2],
              [3, 4],
            ],
            targets: [0, 1],
          },
          null,
          space,
        ),
      );
      expect(info).toMatchObject({ samples: 2, input_shape: [2] });
    }
  });

  it('are rejected by path', async () => {
    expect(await refused('{"inputs": [1], "target": 0}\n{"inputs": [1, 2], "target": 0}\n')).toEqual([
      'inputs[1]: 2 entries, but the first sample has 1 here',
    ]);
    expect(await refused('{"inputs": [1], "target": 0}\n{"inputs": [1], "label": 0}\n')).toEqual([
      expect.stringMatching(/^rows\[2\]: line 2: unknown key "label"/),
    ]);
    expect(await refused('{\n"a": 1\n}')).toEqual(expect.arrayContaining([expect.stringMatching(/inputs/)]));
  });
});

it.each([
  ['an object', '{"inputs": [[1], [2]], "targets": ["na\xefve", "b"]}', 'file'],
  ['an array', '[{"a": 1, "y": "na\xefve"}]', 'rows[0]'],
  ['lines', '{"a": 1, "y": "na\xefve"}\n{"a": 2, "y": "b"}\n', 'rows[1]'],
])('JSON given as %s is rejected if it is not UTF-8', async (_, text, param) => {
  expect(await refused(Buffer.from(text, 'latin1'))).toEqual([
    `${param}: ${param}: not valid JSON: not text in UTF-8`,
  ]);
});
