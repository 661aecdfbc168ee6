// The user that runs an embedded Postgres if root starts it: the server itself refuses to run as root.

import { once } from 'node:events';
import { statSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAlive } from '#store/embedded-postgres/pid-file.ts';
import { dataDir, hold, kill9, postmasterPid, read, start, useDataDir, write } from './own-cluster.ts';

const isRoot = process.geteuid?.() === 0;

/** Whether an ordinary user can read this checkout, which is not so in root's home. */
const othersMayRead = ((): boolean => {
  for (let dir = process.cwd(); dir !== '/'; dir = dirname(dir))
    if ((statSync(dir).mode & 0o5) !== 0o5) return false;
  return true;
})();
if (!othersMayRead) console.warn('SKIP  this checkout is private: no ordinary user can run it from here');

describe.runIf(isRoot)('the user that the server runs as', () => {
  test('is not root, and owns the cluster and nothing above it', async () => {
    const { url } = await start();
    const pid = await postmasterPid();
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const uid = Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]);
    expect(uid).not.toBe(0);
    expect((await stat(join(dataDir, 'postgres', 'cluster'))).uid).toBe(uid);
    expect((await stat(join(dataDir, 'postgres'))).uid).toBe(0);
    await write(url);
  });

  test('need not be able to enter the directory above, even after a kill -9', async () => {
    const hidden = dataDir;
    await chmod(hidden, 0o700);
    useDataDir(join(hidden, 'below', '.data'));
    await mkdir(join(hidden, 'below'), { mode: 0o700 });
    try {
      const first = await hold();
      expect(first.error).toBeUndefined();
      await write(first.url!);
      await kill9(first.child);
      const second = await start();
      expect(second.adopted).toBe(true);
      await second.stop();
      const third = await start();
      expect(await read(third.url)).toBe(42);
      await third.stop();
    } finally {
      useDataDir(hidden);
    }
  });

  test.skipIf(!othersMayRead)(
    'is the ordinary user who starts it, even when root starts it later',
    async () => {
      const { uid, gid } = { uid: 65534, gid: 65534 };
      await chown(dataDir, uid, gid);
      const first = await hold(String(uid), String(gid));
      expect(first).toMatchObject({ uid, adopted: false });
      await write(first.url!);
      expect((await stat(join(dataDir, 'postgres', 'cluster'))).uid).toBe(uid);
      const pid = await postmasterPid();
      await kill9(first.child);
      const second = await hold(String(uid), String(gid));
      expect(second).toMatchObject({ uid, adopted: true });
      expect(await read(second.url!)).toBe(42);
      second.child.stdin?.write('stop\n');
      await once(second.child, 'exit');
      expect(isAlive(pid!)).toBe(false);
      // Root then runs it as that user.
      const third = await start();
      expect(await read(third.url)).toBe(42);
      expect((await stat(join(dataDir, 'postgres', 'cluster'))).uid).toBe(uid);
    },
  );
});
