import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { openDiskGuard } from '#store/artifacts/disk-guard.ts';
import { openStore, type Store } from '#store/store.ts';
import { newDataset, newJob, trained } from '../../support/jobs.ts';
import { quietLog } from '../../support/log.ts';
import { freshDatabase, runSql } from '../../support/postgres.ts';

const MIB = 2 ** 20;

describe('the disk guard', () => {
  const guard = (free: number) =>
    openDiskGuard({ directory: '/', reserveBytes: 100 * MIB }, async () => free);

  it('admits writes that leave the reserve free', async () => {
    await guard(150 * MIB).check(50 * MIB);
    await guard(100 * MIB).check(0);
  });

  it('refuses writes into the reserve, with the numbers', async () => {
    await expect(guard(150 * MIB).check(51 * MIB)).rejects.toMatchObject({
      code: 'insufficient_storage',
      status: 507,
      message: expect.stringMatching(
        /150 MiB free, of which 100 MiB are reserved .*, and 51 MiB more would be stored/,
      ),
    });
    await expect(guard(99 * MIB).check(0)).rejects.toMatchObject({ code: 'insufficient_storage' });
  });

  it('checks the disk that the directory is on', async () => {
    await openDiskGuard({ directory: tmpdir(), reserveBytes: 0 }).check(0);
    const all = openDiskGuard({ directory: tmpdir(), reserveBytes: Number.MAX_SAFE_INTEGER });
    await expect(all.check(0)).rejects.toMatchObject({ code: 'insufficient_storage' });
  });

  it('does not guard the disk of an external database', async () => {
    await openDiskGuard(null).check(Number.MAX_SAFE_INTEGER);
  });
});

describe('a store on a full disk', () => {
  let url = '';
  let roomy: Store;
  let full: Store;
  beforeAll(async () => {
    url = await freshDatabase();
    roomy = await openStore({ databaseUrl: url, redisUrl: null, log: quietLog });
    const disk = { directory: tmpdir(), reserveBytes: Number.MAX_SAFE_INTEGER };
    full = await openStore({ databaseUrl: url, redisUrl: null, log: quietLog, disk });
  });
  afterAll(async () => {
    await roomy.close();
    await full.close();
  });
  const rows = async () =>
    runSql(
      url,
      `SELECT (SELECT count(*) FROM artifact) AS artifacts, (SELECT count(*) FROM artifact_chunk) AS chunks,
        (SELECT count(*) FROM dataset) AS datasets, (SELECT count(*) FROM weights) AS weights,
        (SELECT count(*) FROM job) AS jobs, (SELECT count(*) FROM checkpoint) AS checkpoints`,
    );

  it('refuses datasets, weights, checkpoints and jobs with a dataset, and stores nothing of them', async () => {
    const { id } = await roomy.jobs.create(newJob());
    const { lease } = (await roomy.jobs.claim(id, 'w', 60))!;
    const before = await rows();
    const refused = { code: 'insufficient_storage' };
    await expect(full.datasets.create(newDataset())).rejects.toMatchObject(refused);
    const weights = { id: newId('weights'), name: null, tensors: [], file: Buffer.from('x') };
    await expect(full.weights.create(weights)).rejects.toMatchObject(refused);
    await expect(full.jobs.create(newJob())).rejects.toMatchObject(refused);
    const place = { epoch: 1, step: 1, best: null, keepLast: 2 };
    const put = full.checkpoints.put(lease, { ...place, file: Buffer.from('x') });
    await expect(put).rejects.toMatchObject(refused);
    await expect(full.checkpoints.request(id)).rejects.toMatchObject(refused);
    expect(await rows()).toEqual(before);
  });

  it('stores the model of a job that ends, which is what the reserve is for', async () => {
    const { id } = await roomy.jobs.create(newJob());
    const { lease } = (await full.jobs.claim(id, 'w', 60))!;
    const end = { status: 'succeeded', stopReason: 'completed', ...trained('model') } as const;
    expect(await full.jobs.finish(lease, end)).toBe(true);
    expect((await full.jobs.get(id))?.model).not.toBeNull();
  });

  it('is a 507 over HTTP', async () => {
    const { buildApp } = await import('../../../services/api/app.ts');
    const config = { host: '127.0.0.1', production: false, apiKey: null };
    const app = await buildApp({ store: full, config });
    const payload = { inputs: [[0], [1]], targets: [0, 1] };
    const reply = await app.inject({ method: 'POST', url: '/datasets', payload });
    expect(reply.statusCode).toBe(507);
    expect(reply.json().error).toMatchObject({ code: 'insufficient_storage', type: 'storage_error' });
    await app.close();
  });
});
