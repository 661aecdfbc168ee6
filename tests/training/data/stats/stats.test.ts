import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ColumnChoice } from '#training/data/columns/columns.ts';
import { readArrays } from '#training/data/formats/arrays.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { examplesOf, tableStats } from '#training/data/stats/stats.ts';

async function statsOf(lines: readonly string[], choice: ColumnChoice = { types: 'auto' }) {
  const { table } = await readCsv(Readable.from([Buffer.from(`${lines.join('\n')}\n`)]), choice);
  return tableStats(table);
}
const columnNamed = ({ columns }: Awaited<ReturnType<typeof statsOf>>, wanted: string) =>
  columns.find(({ name }) => name === wanted)!;

describe('statistics of a numeric column', () => {
  it('match numpy', async () => {
    // import numpy as np; x = np.array([1, 2, 2, 3.5, 10]); x.mean(), x.std(), np.percentile(x, [25, 50, 75])
    // → 3.7, 3.2496, [2, 2, 3.5]
    const found = await statsOf(['x,y', '1,0', '2,1', ',1', '2,0', '3.5,1', '10,0']);
    const x = columnNamed(found, 'x');
    expect(x).toMatchObject({
      type: 'number',
      missing: 1,
      distinct: 4,
      min: 1,
      max: 10,
      quartiles: [2, 2, 3.5],
    });
    expect(x.mean).toBeCloseTo(3.7, 14);
    expect(x.std).toBeCloseTo(Math.sqrt(10.56), 14);
    expect(x.frequent).toEqual([{ value: 2, count: 2 }]);
    expect(x.histogram!.edges).toHaveLength(21);
    expect(x.histogram!.counts.reduce((a, b) => a + b)).toBe(5);
    // Bins are (10 − 1) / 20 = 0.45 wide: 2 falls in [1.9, 2.35), 3.5 in [3.25, 3.7).
    expect([0, 2, 5, 19].map((bin) => x.histogram!.counts[bin])).toEqual([1, 2, 1, 1]);
  });

  it('have a histogram whose bins cover equally many integers', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `${i % 50},${i % 2}`);
    const { columns } = await statsOf(['x,y', ...rows]);
    const { edges, counts } = columns[0]!.histogram!;
    expect(edges).toEqual(Array.from({ length: 18 }, (_, i) => 3 * i));
    expect(counts).toEqual([...Array(16).fill(3), 2]);
  });

  it('are exact for a constant away from 0', async () => {
    const { columns, warnings } = await statsOf(['x,y', ...Array.from({ length: 9 }, (_, i) => `0.1,${i}`)]);
    expect(columns[0]).toMatchObject({ distinct: 1, mean: 0.1, std: 0 });
    expect(columns[0]!.histogram).toEqual({ edges: [0.1, 0.1], counts: [9] });
    expect(warnings.map(({ code, param }) => [code, param])).toEqual([['constant_column', 'columns.x']]);
  });
});

describe('statistics of categories', () => {
  it('count every category, including the empty cell, and mention an ignored column', async () => {
    const rows = Array.from(
      { length: 30 },
      (_, i) => `${['a', 'b', 'b'][i % 3]},${i % 5 ? 'x' : ''},n${i},${i % 2}`,
    );
    const found = await statsOf(['kind,hole,name,y', ...rows]);
    expect(columnNamed(found, 'kind')).toMatchObject({
      type: 'category',
      distinct: 2,
      mean: null,
      frequent: [
        { value: 'b', count: 20 },
        { value: 'a', count: 10 },
      ],
    });
    expect(columnNamed(found, 'hole')).toMatchObject({
      missing: 6,
      frequent: [{ value: 'x' }, { value: '' }],
    });
    expect(columnNamed(found, 'name')).toMatchObject({ type: 'ignore', distinct: null, frequent: [] });
    expect(found.warnings.map(({ code }) => code)).toEqual(['column_ignored']);
  });

  it('cover a categorical target', async () => {
    const { target } = await statsOf(['x,y', '1,no', '3,yes', '2,no']);
    expect(target).toMatchObject({ name: 'y', type: 'category', distinct: 2 });
    expect(target!.frequent).toEqual([
      { value: 'no', count: 2 },
      { value: 'yes', count: 1 },
    ]);
  });
});

describe('warnings', () => {
  const table = (row: (i: number) => string) => ['id,a,b,y', ...Array.from({ length: 40 }, (_, i) => row(i))];
  const noise = (i: number) => (i * 7919) % 101;

  it('name columns that look like row ids and columns that leak the target', async () => {
    const { warnings } = await statsOf(
      table((i) => `${1000 + 3 * i},${noise(i)},${i % 4 < 2 ? 'p' : 'q'},${i % 4 < 2 ? 'yes' : 'no'}`),
    );
    expect(warnings.map(({ code, param }) => [code, param])).toEqual([
      ['id_like_column', 'columns.id'],
      ['leaks_target', 'columns.b'],
    ]);
  });

  it('detect a threshold between classes, and a linear relation to a numeric target', async () => {
    const cut = await statsOf(
      table((i) => `${noise(i)},${noise(i) + (i % 2) * 1000},${noise(i + 3)},${i % 2}`),
    );
    expect(cut.warnings.map(({ param }) => param)).toEqual(['columns.a']);
    const line = await statsOf(
      table((i) => `${noise(i)},${noise(i + 1)},${noise(i + 3)},${5 - 3 * noise(i + 1)}`),
    );
    expect(line.warnings.map(({ param }) => param)).toEqual(['columns.a']);
  });

  it('are absent for columns that are merely predictive, and for very few rows', async () => {
    const { warnings } = await statsOf(
      table((i) => `${noise(i)},${noise(i) + (i % 2) * 40},${noise(i + 3)},${i % 2}`),
    );
    expect(warnings).toEqual([]);
    expect((await statsOf(['x,y', '1,a', '2,a', '3,b', '4,b'])).warnings).toEqual([]);
  });

  it('mention rare classes and a constant target', async () => {
    const rare = await statsOf(
      table((i) => `${noise(i)},${noise(i + 1)},${noise(i + 3)},${i === 7 ? 'ill' : 'well'}`),
    );
    expect(rare.warnings).toEqual([
      {
        code: 'class_imbalance',
        param: 'target',
        message: expect.stringContaining('"ill" (1) next to "well" (39)'),
      },
    ]);
    const same = await statsOf(table((i) => `${noise(i)},${noise(i + 1)},${noise(i + 3)},1`));
    expect(same.warnings.map(({ code }) => code)).toEqual(['constant_target']);
  });
});

describe('statistics of arrays', () => {
  it('cover all numbers together, and each input', async () => {
    const images = { values: Uint8Array.of(0, 2, 4, 6, 0, 4, 4, 10), shape: [2, 2, 2], isBool: false };
    const targets = { values: Float64Array.of(0, 1), shape: [2], isBool: false };
    const { info, table } = await readArrays(images as never, targets as never);
    const { columns, inputs, target } = tableStats(table);
    expect(info.input_shape).toEqual([2, 2]);
    expect(columns).toEqual([]);
    expect(inputs).toMatchObject({ shape: [2, 2], min: 0, max: 10, mean: 3.75, zeros: 0.25 });
    expect(inputs!.histogram!.counts).toEqual([2, 0, 1, 0, 3, 0, 1, 0, 0, 0, 1]);
    expect(inputs!.each).toEqual({
      min: [0, 2, 4, 6],
      max: [0, 4, 4, 10],
      mean: [0, 3, 4, 8],
      std: [0, 1, 0, 2],
    });
    expect(target).toMatchObject({ name: null, distinct: 2 });
  });

  it('name each input of a short vector, and stay small for large samples', () => {
    const short = tableStats(
      readInline({
        inputs: [
          [1, 2],
          [3, 4],
        ],
        targets: [
          [1, 2],
          [3, 5],
        ],
      }).table,
    );
    expect(short.columns.map(({ name, mean }) => [name, mean])).toEqual([
      ['inputs[0]', 2],
      ['inputs[1]', 3],
    ]);
    expect(short.target).toBeNull();
    expect(short.targets).toMatchObject({ shape: [2], max: 5 });
    const large = readInline({ inputs: [Array(5_000).fill(1)], targets: [0] });
    expect(tableStats(large.table).inputs).toMatchObject({ shape: [5_000], each: null });
    expect(examplesOf(large.preview, 5_000).rows).toHaveLength(1);
  });
});
