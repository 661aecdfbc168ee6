import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findBinaries } from '#store/embedded-postgres/binaries.ts';
import { clusterDir, openCluster } from '#store/embedded-postgres/cluster.ts';
import { chooseOperator } from '#store/embedded-postgres/operator.ts';
import { type Server, serves, startServer, stopServer } from '#store/embedded-postgres/postmaster.ts';

test('a server is recognized as serving its own directory and no other', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'epochd-postmaster-'));
  const operator = await chooseOperator(clusterDir(dataDir));
  const binaries = await findBinaries(operator);
  const cluster = await openCluster(dataDir, binaries, operator, false);
  const server: Server = { binaries, cluster, operator, settings: { fsync: 'off' } };
  const url = await startServer(server);
  try {
    expect(url).not.toBeNull();
    expect(await serves(url!, server)).toBe(true);
    const elsewhere = join(dataDir, 'elsewhere');
    await mkdir(elsewhere);
    expect(await serves(url!, { ...server, cluster: { ...cluster, dir: elsewhere } })).toBe(false);
    expect(await readdir(elsewhere)).toEqual([]);
    expect((await readdir(cluster.dir)).filter((name) => name.startsWith('epochd'))).toEqual([]);
  } finally {
    await stopServer(server);
    await rm(dataDir, { recursive: true, force: true });
  }
});
