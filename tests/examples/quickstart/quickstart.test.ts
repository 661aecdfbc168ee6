// `npm run quickstart` as a newcomer runs it.

import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePoints } from '../../../examples/quickstart/make-points.ts';
import { descendants, isRunning, launch } from '../../e2e/service.ts';
import { until } from '../../support/until.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'epochd-tests-quickstart-'));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

const leftovers = async () => (await readdir(dir)).filter((name) => name.startsWith('epochd-'));

/** With a temporary directory of its own, in which nothing may be left. */
function start(...args: string[]) {
  return launch({
    command: [process.execPath, 'examples/quickstart/main.ts', ...args],
    env: { TMPDIR: dir },
  });
}

async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const { output, exited } = start(...args);
  const code = await exited;
  expect(await leftovers()).toEqual([]);
  return { code, output: output() };
}

/** Three kinds of flowers that are told apart as iris is: two features overlap, two part them. */
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

test('the points are those that their script makes', () => {
  expect(readFileSync('examples/quickstart/points.csv', 'utf8')).toBe(makePoints());
});

describe('the quickstart', () => {
  test('shows ten epochs, a curve, predictions and curl lines, and leaves nothing', async () => {
    const { code, output } = await run();
    expect(output).toMatch(/Epoch \[1\/10\], Loss: 0\.\d{4}/);
    expect(output.match(/^Epoch \[\d+\/10\], Loss: \d\.\d{4}, Accuracy: [01]\.\d{3}$/gm)).toHaveLength(10);
    expect(output).toMatch(/┤[\u2800-\u28ff]{60}\n/);
    expect(Number(/Validation accuracy: ([\d.]+)/.exec(output)?.[1])).toBeGreaterThan(0.95);
    expect(
      output.match(/^ {2}line \d+ +predicted (inside|outside) \([\d.]+ %\) +true (inside|outside)$/gm),
    ).toHaveLength(5);
    expect(output.match(/^(\w+=\$\()?curl -s http/gm)).toHaveLength(4);
    expect(output).not.toContain('\x1b'); // no colours and no bar where nobody looks
    expect(code).toBe(0);
  });

  test('learns the classes of a file', async () => {
    const file = path.join(dir, 'flowers.csv');
    await writeFile(file, flowers());
    const { code, output } = await run(file, '--target', 'kind');
    expect(Number(/Validation accuracy: ([\d.]+)/.exec(output)?.[1])).toBeGreaterThanOrEqual(0.95);
    expect(output).toMatch(/predicted (a, b|c|d) /);
    expect(code).toBe(0);
  });

  test('learns a file with words and gaps', async () => {
    const file = path.join(dir, 'birds.csv');
    const rows = Array.from(
      { length: 90 },
      (_, i) => `${['red', 'blue'][i % 2]},${i % 7 ? i % 5 : ''},${i % 2 ? 'cold' : 'warm'}`,
    );
    await writeFile(file, ['colour,x,kind', ...rows].join('\n'));
    const { code, output } = await run(file, '--target', 'kind', '--epochs', '20');
    expect(output).toMatch(/predicted (cold|warm) /);
    expect(code).toBe(0);
  });

  test('learns the numbers of a file', async () => {
    const file = path.join(dir, 'plane.csv');
    const rows = Array.from({ length: 100 }, (_, i) => [i % 10, i % 7, 3 * (i % 10) - (i % 7)].join(';'));
    await writeFile(file, ['a;b;sum', ...rows].join('\r\n'));
    const { code, output } = await run(file, '--target', 'sum', '--epochs', '60');
    expect(output).toContain('Epoch [60/60]');
    expect(Number(/\(its root: ([\d.]+)\)/.exec(output)?.[1])).toBeLessThan(3);
    expect(code).toBe(0);
  });

  test('stops everything at Ctrl-C', async () => {
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

describe('the quickstart says plainly', () => {
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
    const file = path.join(dir, 'file.csv');
    await rm(file, { force: true });
    if (content !== null) await writeFile(file, content);
    const { code, output } = await run(file, ...args);
    expect(output).toMatch(says);
    expect(output).not.toMatch(/^ {4}at /m);
    expect(code).toBe(1);
  });
});
