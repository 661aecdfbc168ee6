// Artifacts in a directory and in a bucket: stored, read and deleted, and no object left behind by a write that failed.

import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HomesOptions } from '#store/artifacts/homes/homes.ts';
import { openHome } from '#store/artifacts/homes/open-home.ts';
import { openStore, type Store } from '#store/store.ts';
import { newDataset, newJob } from '../../../support/jobs.ts';
import { quietLog } from '../../../support/log.ts';
import { freshDatabase, runSql } from '../../../support/postgres.ts';
import { S3_KEYS } from '../../../support/s3.ts';
import { KIB, MIB, newDirectory, s3, sweepOf } from './own-homes.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const kinds = {
  directory: async (): Promise<HomesOptions> => ({
    url: pathToFileURL(await newDirectory()).href,
    overBytes: KIB,
  }),
  bucket: async (): Promise<HomesOptions> => ({ url: s3.url, overBytes: KIB, s3: S3_KEYS }),
};

describe.each(Object.entries(kinds))('a %s as the home of artifacts', (_kind, optionsOf) => {
  let store: Store;
  let url = '';
  let options: HomesOptions;
  beforeAll(async () => {
    url = await freshDatabase();
    options = await optionsOf();
    store = await openStore({ databaseUrl: url, redisUrl: null, log: quietLog, homes: options });
  });
  afterAll(() => store.close());

  const homeOf = async (id: string) =>
    (await runSql<{ home: string | null }>(url, `SELECT home FROM artifact WHERE id = '${id}'`))[0]?.home;
  const home = () => openHome(options.url!, options.s3);

  test.each([0, KIB, KIB + 1, 8 * MIB, 17 * MIB + 5])(
    'returns %i bytes as they were stored, small ones from Postgres',
    async (n) => {
      const content = randomBytes(n);
      const artifact = await store.artifacts.put(content);
      expect(artifact).toMatchObject({ bytes: n, sha256: sha256(content) });
      expect(await homeOf(artifact.id)).toBe(n > KIB ? home().url : null);
      expect((await buffer(store.artifacts.read(artifact.id))).equals(content)).toBe(true);
      await store.artifacts.delete(artifact.id);
    },
  );

  test('stores a stream whose pieces reuse one buffer', async () => {
    const content = randomBytes(3 * MIB + 7);
    async function* pieces() {
      const reused = Buffer.alloc(100_000);
      for (let at = 0; at < content.length; at += reused.length) {
        yield reused.subarray(0, content.copy(reused, 0, at));
      }
    }
    const { id } = await store.artifacts.put(pieces());
    expect((await buffer(store.artifacts.read(id))).equals(content)).toBe(true);
    await store.artifacts.delete(id);
  });

  test('is cleared of deleted artifacts, and deleting returns the bytes freed', async () => {
    const table = randomBytes(2 * MIB);
    const dataset = await store.datasets.create({ ...newDataset(), table });
    expect((await home().read(dataset.artifact, 0, 10)).equals(table.subarray(0, 10))).toBe(true);
    expect(await store.datasets.delete(dataset.id)).toBe(2 * MIB);
    await expect(buffer(store.artifacts.read(dataset.artifact))).rejects.toMatchObject({ code: 'not_found' });
    await sweepOf(url, options);
    await expect(home().read(dataset.artifact, 0, 10)).rejects.toMatchObject({ name: 'NoObject' });
  });

  test('keeps no object whose transaction failed after it was written', async () => {
    const { id } = await store.jobs.create(newJob());
    const { lease } = (await store.jobs.claim(id, 'w', 60))!;
    const lost = { ...lease, token: '00000000-0000-4000-8000-000000000000' };
    const file = randomBytes(MIB);
    expect(await store.checkpoints.put(lost, { epoch: 1, step: 1, best: null, keepLast: 2, file })).toBe(
      false,
    );
    const [booked] = await runSql<{ artifact_id: string }>(
      url,
      `SELECT artifact_id FROM object_to_delete WHERE due_at > now() + interval '30 minutes'`,
    );
    expect((await home().read(booked!.artifact_id, 0, MIB)).equals(file)).toBe(true);
    // Not yet: another process may be about to commit it.
    expect(await sweepOf(url, options)).toBe(0);
    await runSql(url, 'UPDATE object_to_delete SET due_at = now()');
    await sweepOf(url, options);
    await expect(home().read(booked!.artifact_id, 0, 1)).rejects.toMatchObject({ name: 'NoObject' });
    expect(await runSql(url, 'SELECT 1 FROM object_to_delete')).toEqual([]);
  });

  test('keeps nothing of a source that fails midway', async () => {
    async function* broken() {
      yield Buffer.alloc(9 * MIB);
      throw new Error('the line was cut');
    }
    await expect(store.artifacts.put(broken())).rejects.toThrow('the line was cut');
    expect(await runSql(url, `SELECT 1 FROM artifact WHERE home IS NOT NULL`)).toEqual([]);
    await runSql(url, 'UPDATE object_to_delete SET due_at = now()');
    await sweepOf(url, options);
    expect(await runSql(url, 'SELECT 1 FROM object_to_delete')).toEqual([]);
  });

  test('never deletes an object that a row refers to, even if it is booked for deletion', async () => {
    await sweepOf(url, options);
    const { id } = await store.artifacts.put(randomBytes(2 * KIB));
    await runSql(
      url,
      `INSERT INTO object_to_delete (home, artifact_id, due_at) VALUES ('${home().url}', '${id}', now())`,
    );
    expect(await sweepOf(url, options)).toBe(0);
    expect(await buffer(store.artifacts.read(id))).toHaveLength(2 * KIB);
    await store.artifacts.delete(id);
  });
});

test('a write that outlives its booking fails, and leaves no row without an object', async () => {
  const url = await freshDatabase();
  const homes: HomesOptions = { url: s3.url, overBytes: KIB, s3: S3_KEYS };
  const store = await openStore({ databaseUrl: url, redisUrl: null, log: quietLog, homes });
  async function* slow() {
    yield randomBytes(MIB);
    yield randomBytes(MIB);
    await runSql(url, 'UPDATE object_to_delete SET due_at = now()');
    await sweepOf(url, homes);
    yield randomBytes(10);
  }
  await expect(store.artifacts.put(slow())).rejects.toThrow(/abandoned while it was being written/);
  expect(await runSql(url, 'SELECT 1 FROM artifact')).toEqual([]);
  // The object was written after the sweep, and is booked again.
  expect(await runSql(url, 'SELECT 1 FROM object_to_delete')).toHaveLength(1);
  await store.close();
});
