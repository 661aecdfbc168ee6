// Every path and command that the README names exists.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const readme = readFileSync('README.md', 'utf8');
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** The paths in the tree: indentation gives a line's parent, and two spaces end its names. */
function treePaths(): string[] {
  const block = /## Where things are[\s\S]*?```\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const above: { indent: number; dir: string }[] = [];
  return block
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const indent = line.search(/\S/);
      while ((above.at(-1)?.indent ?? -1) >= indent) above.pop();
      const names = line.trim().split(/\s+/);
      const isPath = (name: string) => name.endsWith('/') || /^[\w-]+\.(ts|yaml)$/.test(name);
      const leading = names.slice(
        0,
        Math.max(
          1,
          names.findIndex((name) => !isPath(name)),
        ),
      );
      const paths = leading.map((name) => path.join(above.at(-1)?.dir ?? '', name));
      if (leading[0]?.endsWith('/')) above.push({ indent, dir: paths[0] as string });
      return paths;
    });
}

test('every path in the tree exists', () => {
  const paths = treePaths();
  expect(paths.length).toBeGreaterThan(40);
  expect(paths.filter((it) => !existsSync(it))).toEqual([]);
});

test('every path in running text, tables and links exists', () => {
  const named = [...readme.matchAll(/`([\w./-]+)`|\]\(([\w./-]+)\)/g)]
    .map((match) => (match[1] ?? match[2]) as string)
    .filter((it) => /\/|\.(ts|yaml|yml|prisma|example)$/.test(it));
  expect(named.length).toBeGreaterThan(10);
  const made = ['.data/', 'index.ts', 'epochd/client'];
  expect(named.filter((it) => !existsSync(it) && !made.includes(it))).toEqual([]);
});

test('every npm command exists', () => {
  const commands = [...readme.matchAll(/npm (run )?([a-z-]+)/g)].map((match) => match[2] as string);
  expect(commands).toEqual(expect.arrayContaining(['quickstart', 'test', 'start', 'api', 'worker', 'bench']));
  expect(commands.filter((it) => it !== 'ci' && scripts[it] === undefined)).toEqual([]);
});
