import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findPostmaster, isAlive, removeLeftover } from '#store/embedded-postgres/pid-file.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'epochd-pid-file-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const write = (text: string) => writeFile(join(dir, 'postmaster.pid'), text);
const content = (pid: number) => `${pid}\n${dir}\n1700000000\n5432\n\n127.0.0.1\n0 0\nready   \n`;

describe('a postmaster.pid', () => {
  test('that is missing, or whose process is gone, lets Postgres start', async () => {
    expect(await findPostmaster(dir)).toBeNull();
    const child = spawn('true');
    await once(child, 'exit');
    await write(content(child.pid!));
    expect(await findPostmaster(dir)).toBeNull();
  });

  test.each([
    ['names a process that is no Postgres', () => content(process.pid)],
    ['is empty', () => ''],
    ['says nothing sensible', () => 'hello\n'],
  ])('that %s is stale', async (_why, text) => {
    await write(text());
    expect(await findPostmaster(dir)).toEqual({ text: text() });
  });
});

describe('a stale file', () => {
  test('is removed', async () => {
    await write('old');
    await removeLeftover(dir, { text: 'old' });
    expect(await readdir(dir)).toEqual([]);
    await removeLeftover(dir, { text: 'old' });
  });

  test('that has been replaced by a new one since it was read is kept', async () => {
    await write('new');
    await removeLeftover(dir, { text: 'old' });
    expect(await readFile(join(dir, 'postmaster.pid'), 'utf8')).toBe('new');
    expect(await readdir(dir)).toEqual(['postmaster.pid']);
  });
});

test('a process is alive until it ends, and a zombie is not', async () => {
  expect(isAlive(process.pid)).toBe(true);
  expect(isAlive(4_000_000)).toBe(false);
  // The shell's child ends at once and is never reaped.
  const shell = spawn('sh', ['-c', 'sleep 0.01 & echo $!; exec sleep 30']);
  const [line] = (await once(shell.stdout, 'data')) as [Buffer];
  await expect.poll(() => isAlive(Number(line))).toBe(false);
  shell.kill('SIGKILL');
});
