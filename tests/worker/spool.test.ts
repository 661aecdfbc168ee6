import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lastHeartbeat } from '../../services/worker/health.ts';
import { openSpool } from '../../services/worker/spool.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'epochd-tests-spool-'));
});
afterEach(async () => {
  await rm(parent, { recursive: true, force: true });
});

async function* pieces() {
  yield Buffer.from('a ta');
  yield Buffer.from('ble');
}

describe('the spool', () => {
  test('is private, keeps a table until its job ends, and is removed with its worker', async () => {
    const spool = await openSpool(parent);
    expect((await stat(spool.dir)).mode & 0o777).toBe(0o700);
    {
      await using files = await spool.forJob();
      await files.writeTable(pieces());
      expect(await readFile(files.table, 'utf8')).toBe('a table');
    }
    expect(await readdir(spool.dir)).toEqual([]);
    await spool.close();
    expect(await readdir(parent)).toEqual([]);
  });

  test('removes what killed workers left, and nothing of living ones', async () => {
    const dead = spawnSync('true').pid;
    const first = await openSpool(parent);
    const [, place] = /-([0-9a-f]{8})-\w+$/.exec(first.dir)!;
    await mkdir(path.join(parent, `epochd-worker-${dead}-${place}-abc`, 'job-x'), { recursive: true });
    await mkdir(path.join(parent, `epochd-worker-${process.ppid}-${place}-abc`));
    await mkdir(path.join(parent, 'something-else'));
    const spool = await openSpool(parent);
    const left = [first.dir, spool.dir, `epochd-worker-${process.ppid}-${place}-abc`, 'something-else'];
    expect((await readdir(parent)).sort()).toEqual(left.map((name) => path.basename(name)).sort());
    await first.close();
    await spool.close();
  });

  test("does not mistake another container's pid for a local one: its leftovers are removed only once they are old", async () => {
    const dead = spawnSync('true').pid;
    const young = path.join(parent, `epochd-worker-${dead}-00000000-abc`);
    const old = path.join(parent, `epochd-worker-${dead}-00000000-def`);
    for (const dir of [young, old]) await mkdir(dir);
    const longAgo = new Date(Date.now() - 49 * 3_600_000);
    await utimes(old, longAgo, longAgo);
    const spool = await openSpool(parent);
    expect((await readdir(parent)).sort()).toEqual([path.basename(young), path.basename(spool.dir)].sort());
    await spool.close();
  });

  test('contains the heartbeat that health checks read', async () => {
    expect(await lastHeartbeat(parent)).toBeNull();
    const spool = await openSpool(parent);
    expect(await lastHeartbeat(parent)).toBeNull();
    const before = Date.now();
    await spool.beat();
    // A file's time may be rounded down.
    expect(((await lastHeartbeat(parent)) as Date).getTime()).toBeGreaterThan(before - 2_000);
    await spool.close();
  });
});
