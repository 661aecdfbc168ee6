// The operator: the OS user that runs the cluster. Postgres refuses to run as root; if we are root, an unprivileged user that owns only the
// cluster's files runs it. Otherwise we run it ourselves.

import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Options for spawning processes as the operator's user. */
export interface Operator {
  uid: number;
  gid: number;
}

async function idOf(user: string): Promise<Operator | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
}

/** Null means the current user. For root: the owner of an existing cluster, else `postgres`, else `nobody`. */
export async function chooseOperator(clusterDir: string): Promise<Operator | null> {
  if (process.geteuid?.() !== 0) return null;
  const owner = await stat(clusterDir).catch(() => null);
  if (owner !== null && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const operator = (await idOf('postgres')) ?? (await idOf('nobody'));
  if (operator !== null) return operator;
  throw new Error(
    'Postgres refuses to run as root, and this system has neither a user "postgres" nor "nobody" to run it: ' +
      'start as an ordinary user, or set DATABASE_URL to your own Postgres',
  );
}
