import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { openDirectory } from '#store/artifacts/homes/directory.ts';
import { HomeAway, NoObject } from '#store/artifacts/homes/home.ts';
import type { HomesOptions } from '#store/artifacts/homes/homes.ts';
import { moveArtifacts } from '#store/artifacts/homes/move.ts';
import { reportToLog } from '#store/artifacts/homes/move-report.ts';
import { sweepObjects } from '#store/artifacts/homes/objects.ts';
import { openHome } from '#store/artifacts/homes/open-home.ts';
import { openDatabase } from '#store/database.ts';
import { openStore, type Store } from '#store/store.ts';
import { newDataset, newJob } from '../../../support/jobs.ts';
import { quietLog, rememberingLog } from '../../../support/log.ts';
import { freshDatabase, runSql } from '../../../support/postgres.ts';
import { S3_KEYS, type S3Server, startS3 } from '../../../support/s3.ts';

const MIB = 2 ** 20;
const KIB = 2 ** 10;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const never = new AbortController().signal;

let s3: S3Server;
const directories: string[] = [];
async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'epochd-home-'));
  directories.push(directory);
  return directory;
}
beforeAll(async () => {
  s3 = await startS3();
});
afterAll(async () => {
  await s3.stop();
  for (const directory of directories) await rm(directory, { recursive: true });
});

const objectsIn = async (directory: string) =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

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
    'gives back %i bytes as they were put, the small ones from Postgres',
    async (n) => {
      const content = randomBytes(n);
      const artifact = await store.artifacts.put(content);
      expect(artifact).toMatchObject({ bytes: n, sha256: sha256(content) });
      expect(await homeOf(artifact.id)).toBe(n > KIB ? home().url : null);
      expect((await buffer(store.artifacts.read(artifact.id))).equals(content)).toBe(true);
      await store.artifacts.delete(artifact.id);
    },
  );

  test('loses nothing of a stream whose pieces are one buffer used again', async () => {
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

  test('is emptied of what is deleted, and the bytes that this freed are told', async () => {
    const table = randomBytes(2 * MIB);
    const dataset = await store.datasets.create({ ...newDataset(), table });
    expect((await home().read(dataset.artifact, 0, 10)).equals(table.subarray(0, 10))).toBe(true);
    expect(await store.datasets.delete(dataset.id)).toBe(2 * MIB);
    await expect(buffer(store.artifacts.read(dataset.artifact))).rejects.toMatchObject({ code: 'not_found' });
    await sweepOf(url, options);
    await expect(home().read(dataset.artifact, 0, 10)).rejects.toMatchObject({ name: 'NoObject' });
  });

  test('keeps no object of a transaction that failed after it was written', async () => {
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

  test('keeps nothing of a source that breaks off', async () => {
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

  test('never loses an object that a row refers to, whoever booked it', async () => {
    const { id } = await store.artifacts.put(randomBytes(2 * KIB));
    await runSql(
      url,
      `INSERT INTO object_to_delete (home, artifact_id, due_at) VALUES ('${home().url}', '${id}', now())`,
    );
    await sweepOf(url, options);
    expect(await buffer(store.artifacts.read(id))).toHaveLength(2 * KIB);
    await store.artifacts.delete(id);
  });
});

/** What the store does every few seconds, now. */
async function sweepOf(url: string, homes: HomesOptions): Promise<number> {
  const database = await openDatabase({ url, log: quietLog, patienceMs: 1_000, homes });
  try {
    return await sweepObjects(database.transaction, database.homes.byUrl, quietLog, never);
  } finally {
    await database.close();
  }
}

describe('moving', () => {
  test('takes artifacts from Postgres to a directory, to a bucket and back, and leaves nothing behind', async () => {
    const url = await freshDatabase();
    const directory = await newDirectory();
    const file: HomesOptions = { url: pathToFileURL(directory).href, overBytes: KIB };
    const bucket: HomesOptions = { url: s3.url, overBytes: KIB, s3: S3_KEYS };
    const stops: HomesOptions[] = [
      file,
      { ...bucket, others: [file.url!] },
      { url: null, overBytes: 0, others: [bucket.url!], s3: S3_KEYS },
    ];
    const plain = await openStore({ databaseUrl: url, redisUrl: null, log: quietLog });
    const contents = [randomBytes(100), randomBytes(3 * KIB), randomBytes(9 * MIB + 3)];
    const ids: string[] = [];
    for (const content of contents) ids.push((await plain.artifacts.put(content)).id);
    const reading = plain.artifacts.read(ids[2]!);
    const first = (await reading[Symbol.asyncIterator]().next()).value as Buffer;
    await plain.close();
    expect(first.equals(contents[2]!.subarray(0, MIB))).toBe(true);

    for (const homes of stops) {
      const log = rememberingLog();
      const database = await openDatabase({ url, log, patienceMs: 1_000, homes });
      expect(await moveArtifacts(database, never, reportToLog(database.log, 'there'))).toEqual({
        artifacts: 2,
        bytes: 9 * MIB + 3 + 3 * KIB,
        failed: 0,
      });
      expect(log.lines.map(({ message }) => message)).toContain('moved artifacts');
      expect(await moveArtifacts(database, never, reportToLog(database.log, 'there'))).toMatchObject({
        artifacts: 0,
        failed: 0,
      });
      await sweepObjects(database.transaction, database.homes.byUrl, log, never);
      await database.close();
      const store = await openStore({ databaseUrl: url, redisUrl: null, log: quietLog, homes });
      for (const [index, id] of ids.entries()) {
        expect((await buffer(store.artifacts.read(id))).equals(contents[index]!)).toBe(true);
      }
      await store.close();
      expect(await objectsIn(directory)).toEqual(homes === file ? ids.slice(1).sort() : []);
    }
    expect(await runSql(url, 'SELECT 1 FROM object_to_delete')).toEqual([]);
    const [{ chunks }] = (await runSql(url, 'SELECT count(*)::int AS chunks FROM artifact_chunk')) as [
      { chunks: number },
    ];
    expect(chunks).toBe(1 + 1 + 10);
  });

  test('leaves an artifact whose bytes are not what they were where it is', async () => {
    const url = await freshDatabase();
    const homes: HomesOptions = { url: pathToFileURL(await newDirectory()).href, overBytes: 0 };
    const plain = await openStore({ databaseUrl: url, redisUrl: null, log: quietLog });
    const { id } = await plain.artifacts.put(randomBytes(5_000));
    await plain.close();
    await runSql(url, `UPDATE artifact_chunk SET data = set_byte(data, 7, 255 - get_byte(data, 7))`);
    const database = await openDatabase({ url, log: quietLog, patienceMs: 1_000, homes });
    expect(await moveArtifacts(database, never, reportToLog(database.log, 'there'))).toEqual({
      artifacts: 0,
      bytes: 0,
      failed: 1,
    });
    await database.close();
    expect(await runSql(url, `SELECT home FROM artifact WHERE id = '${id}'`)).toEqual([{ home: null }]);
  });
});

describe('a home that cannot be used', () => {
  test('is told at the start, by the name of the variable', async () => {
    const databaseUrl = await freshDatabase();
    const open = (homes: HomesOptions) =>
      openStore({ databaseUrl, redisUrl: null, log: quietLog, patienceMs: 0, homes });
    const file = join(await newDirectory(), 'file');
    await writeFile(file, '');
    await expect(open({ url: pathToFileURL(file).href, overBytes: 0 })).rejects.toThrow(
      /^ARTIFACTS_URL: nothing can be written to file:\/\/.*EEXIST/,
    );
    const wrong = { accessKeyId: 'S3RVER', secretAccessKey: 'wrong' };
    await expect(open({ url: s3.url, overBytes: 0, s3: wrong })).rejects.toThrow(/SignatureDoesNotMatch/);
    const nowhere = `s3://nowhere/x?endpoint=${s3.endpoint}`;
    await expect(open({ url: nowhere, overBytes: 0, s3: S3_KEYS })).rejects.toThrow(/NoSuchBucket/);
  });

  test('refuses what would use the reserve of its disk with 507, and takes the model of a job', async () => {
    const homes: HomesOptions = {
      url: pathToFileURL(await newDirectory()).href,
      overBytes: KIB,
      reserveBytes: Number.MAX_SAFE_INTEGER,
    };
    const databaseUrl = await freshDatabase();
    const store = await openStore({ databaseUrl, redisUrl: null, log: quietLog, homes });
    await expect(store.artifacts.put(randomBytes(2 * KIB))).rejects.toMatchObject({
      code: 'insufficient_storage',
      message: expect.stringMatching(/^the disk of file:/),
    });
    expect(await store.artifacts.put(randomBytes(KIB))).toMatchObject({ bytes: KIB });
    const { id } = await store.jobs.create(newJob());
    const { lease } = (await store.jobs.claim(id, 'w', 60))!;
    const last = { epoch: 1, step: 1, file: randomBytes(2 * KIB) };
    const end = { status: 'succeeded', stopReason: 'completed', models: { last, best: null } } as const;
    expect(await store.jobs.finish(lease, end)).toBe(true);
    await store.close();
  });

  test('any more, for its directory is gone or is none, is away and not empty', async () => {
    const directory = await newDirectory();
    const home = openDirectory(pathToFileURL(directory).href);
    async function* bytes() {
      yield Buffer.from('bytes');
    }
    await home.write('art_1', bytes());
    await expect(home.read('art_2', 0, 1)).rejects.toThrow(NoObject);
    await rm(directory, { recursive: true });
    await expect(home.read('art_1', 0, 1)).rejects.toThrow(HomeAway);
    await writeFile(directory, 'a file');
    await expect(home.write('art_1', bytes())).rejects.toThrow(/cannot be written \(ENOTDIR\)/);
    await expect(home.check()).rejects.toThrow(HomeAway);
  });

  test('that is not named any more is an error that names it', async () => {
    const databaseUrl = await freshDatabase();
    const store = await openStore({ databaseUrl, redisUrl: null, log: quietLog });
    const id = newId('artifact');
    await runSql(
      databaseUrl,
      `INSERT INTO artifact (id, bytes, sha256, home) VALUES ('${id}', 5, '', 's3://gone')`,
    );
    await expect(buffer(store.artifacts.read(id))).rejects.toThrow(
      /s3:\/\/gone, which neither ARTIFACTS_URL/,
    );
    await store.close();
  });
});

test('a write that outlived its booking fails instead of referring to nothing', async () => {
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
  await expect(store.artifacts.put(slow())).rejects.toThrow(/given up while it was written/);
  expect(await runSql(url, 'SELECT 1 FROM artifact')).toEqual([]);
  // It was written after that, and is booked again.
  expect(await runSql(url, 'SELECT 1 FROM object_to_delete')).toHaveLength(1);
  await store.close();
});
