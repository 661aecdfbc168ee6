// `npm run quickstart` with the user's own files, with mistakes in them, and interrupted halfway.

import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { descendants, isRunning } from '../../e2e/service.ts';
import { until } from '../../support/until.ts';
import { leftovers, run, start, useDirectory } from './run.ts';

const dir = useDirectory();

/** Three kinds of flowers, separable as iris is: two features overlap, two separate the kinds. */
function flowers(): string {
  const rows = ['wide,long,petal wide,petal long,kind'];
  for (let i = 0; i < 150; i++) {
    const kind = i % 3;
    const wobble = (k: number) => (Math.sin(i * (k + 1.7)) * 0.4).toFixed(2);
    const at = (base: number, k: number) => (base + Number(wobble(k))).toFixed(2);
    rows.push(
      [
        at(3, 0),
        at(5 + kind * 0.3, 1),
        at(0.5 + kind * 1.2, 2),
        at(1 + kind * 2, 3),
        ['"a, b"', 'c', 'd'][kind],
      ].join(','),
    );
  }
  return rows.join('\n');
}

describe('the quickstart', () => {
  test("learns to classify a file's rows", async () => {
    const file = path.join(dir(), 'flowers.csv');
    await writeFile(file, flowers());
    const { code, output } = await run(file, '--target', 'kind');
    expect(Number(/Validation accuracy: ([\d.]+)/.exec(output)?.[1])).toBeGreaterThanOrEqual(0.95);
    expect(output).toMatch(/predicted (a, b|c|d) /);
    expect(code).toBe(0);
  });

  test('learns from a file with words and missing cells', async () => {
    const file = path.join(dir(), 'birds.csv');
    const rows = Array.from(
      { length: 90 },
      (_, i) => `${['red', 'blue'][i % 2]},${i % 7 ? i % 5 : ''},${i % 2 ? 'cold' : 'warm'}`,
    );
    await writeFile(file, ['colour,x,kind', ...rows].join('\n'));
    const { code, output } = await run(file, '--target', 'kind', '--epochs', '20');
    expect(output).toMatch(/predicted (cold|warm) /);
    expect(code).toBe(0);
  });

  test('learns a numeric target', async () => {
    const file = path.join(dir(), 'plane.csv');
    const rows = Array.from({ length: 100 }, (_, i) => [i % 10, i % 7, 3 * (i % 10) - (i % 7)].join(';'));
    await writeFile(file, ['a;b;sum', ...rows].join('\r\n'));
    const { code, output } = await run(file, '--target', 'sum', '--epochs', '60');
    expect(output).toContain('Epoch [60/60]');
    expect(Number(/\(its root: ([\d.]+)\)/.exec(output)?.[1])).toBeLessThan(3);
    expect(code).toBe(0);
  });

  test('stops all of its processes at Ctrl-C', async () => {
    const { child, output, exited } = start('--epochs', '100000');
    await until(() => (output().includes('Epoch [2/') ? true : null), 40_000);
    const processes = descendants(child.pid as number).map(({ pid }) => pid);
    expect(processes.length).toBeGreaterThan(0);
    process.kill(-(child.pid as number), 'SIGINT');
    expect(await exited).toBe(130);
    await until(() => (processes.some(isRunning) ? null : true));
    expect(await leftovers()).toEqual([]);
  });
});

describe('the quickstart says', () => {
  const cases: [what: string, content: string | null, args: string[], says: RegExp][] = [
    ['that there is no such file', null, ['--target', 'a'], /file\.csv: there is no such file\n$/],
    [
      'that a column is unknown, and which may be meant',
      'sepal,kind\n1,a\n2,b\n',
      ['--target', 'kindd'],
      /there is no column "kindd"; did you mean "kind"\?/,
    ],
    [
      'which cells are bad',
      `x,y,kind\n${'1,2,a\n'.repeat(60)}1,oops,b\n`,
      ['--target', 'kind'],
      /row 62, column "y": "oops" is not a number/,
    ],
    ['that a file is empty', '', ['--target', 'a'], /cannot be learned from:\n {2}.*empty/],
    ['that a target is missing', 'a,b\n1,2\n', [], /--target COLUMN/],
    ['that an option is unknown', 'a,b\n1,2\n', ['--targett', 'a'], /--targett/],
    [
      'that epochs are counted',
      'a,b\n1,2\n',
      ['--target', 'a', '--epochs', 'ten'],
      /--epochs ten: expected a whole number/,
    ],
  ];
  test.each(cases)('%s', async (_, content, args, says) => {
    const file = path.join(dir(), 'file.csv');
    await rm(file, { force: true });
    if (content !== null) await writeFile(file, content);
    const { code, output } = await run(file, ...args);
    expect(output).toMatch(says);
    expect(output).not.toMatch(/^ {4}at /m);
    expect(code).toBe(1);
  });
});
