// The cluster's files, `postgres/` in the data directory:
//
//   cluster/    created by initdb; owned by the operator
//   password    of the superuser `epochd`, generated once
//   log         the server's output since its last start
//
// It is created under a temporary name and renamed, so an interrupted start never leaves half of it.

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Binaries, SPAWN_OPTIONS } from './binaries.ts';
import type { Operator } from './operator.ts';
import { isAlive } from './pid-file.ts';

const run = promisify(execFile);

export const SUPERUSER = 'epochd';

export interface Cluster {
  /** Postgres's data directory. */
  dir: string;
  /** The path to `dir` for a process whose working directory is `dir`. */
  dirArgument: string;
  log: string;
  password: string;
}

export function clusterDir(dataDir: string): string {
  return join(dataDir, 'postgres', 'cluster');
}

/**
 * The operator may own the cluster but lack permission to traverse the path to it (a 0700 parent directory). A process that root started in
 * the directory needs no such permission, and Linux has a path for its working directory.
 */
function dirArgument(dir: string, operator: Operator | null): string {
  return operator !== null && process.platform === 'linux' ? '/proc/self/cwd' : dir;
}

/** Removes staging directories of starts that were killed. */
async function sweep(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const pid = /^postgres\.new-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) {
      await rm(join(dataDir, name), { recursive: true, force: true });
    }
  }
}

async function initialise(
  dataDir: string,
  binaries: Binaries,
  operator: Operator | null,
  sync: boolean,
): Promise<void> {
  const staging = join(dataDir, `postgres.new-${process.pid}`);
  const dir = join(staging, 'cluster');
  const password = join(staging, 'password');
  await rm(staging, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  await chmod(staging, 0o711);
  await chmod(dir, 0o700);
  await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (operator !== null) {
    for (const path of [dir, password]) await chown(path, operator.uid, operator.gid);
  }
  try {
    await run(
      binaries.initdb,
      [
        `--pgdata=${dirArgument(dir, operator)}`,
        `--username=${SUPERUSER}`,
        '--pwfile=../password',
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        ...(sync ? [] : ['--no-sync']),
      ],
      { cwd: dir, ...SPAWN_OPTIONS, ...operator },
    );
    await rename(staging, join(dataDir, 'postgres'));
  } catch (error) {
    // Another start may have won the race; then its cluster is used.
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** The message is complete and says what to do. */
export class OtherVersion extends Error {}

/** Opens the cluster in `dataDir`, creating it if missing. */
export async function openCluster(
  dataDir: string,
  binaries: Binaries,
  operator: Operator | null,
  sync = true,
): Promise<Cluster> {
  const dir = clusterDir(dataDir);
  const readVersion = () => readFile(join(dir, 'PG_VERSION'), 'utf8');
  let version = await readVersion().catch(notThere);
  if (version === null) {
    await mkdir(dataDir, { recursive: true });
    await sweep(dataDir);
    await initialise(dataDir, binaries, operator, sync);
    version = await readVersion();
  }
  if (version.trim() !== binaries.major) {
    const theirs = version.trim();
    throw new OtherVersion(
      `${dir} was created by Postgres ${theirs}, but the Postgres installed by npm is version ${binaries.major}: ` +
        'run the epochd version that created it, or set DATA_DIR to another directory. Nothing was changed.\n' +
        `To keep its data: start the epochd version that created it, dump its database with pg_dump of Postgres ${binaries.major} ` +
        '(its password is in the file `password` next to the cluster), load the dump into your own Postgres with psql, and ' +
        'set DATABASE_URL to that.',
    );
  }
  return {
    dir,
    dirArgument: dirArgument(dir, operator),
    log: join(dataDir, 'postgres', 'log'),
    password: await readFile(join(dataDir, 'postgres', 'password'), 'utf8'),
  };
}

function notThere(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
