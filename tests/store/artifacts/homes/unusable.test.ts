// Homes that cannot be used: misconfigured, full, missing or no longer configured.

import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { openDirectory } from '#store/artifacts/homes/directory.ts';
import { HomeAway, NoObject } from '#store/artifacts/homes/home.ts';
import type { HomesOptions } from '#store/artifacts/homes/homes.ts';
import { openStore } from '#store/store.ts';
import { newJob } from '../../../support/jobs.ts';
import { quietLog } from '../../../support/log.ts';
import { freshDatabase, runSql } from '../../../support/postgres.ts';
import { S3_KEYS } from '../../../support/s3.ts';
import { KIB, newDirectory, s3 } from './own-homes.ts';

describe('a home that cannot be used', () => {
  test('is reported at the start, with the name of the variable', async () => {
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

  test('because its disk is down to the reserve refuses artifacts, but takes the model of a job', async () => {
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

  test('because its directory is missing or a file is reported as away, not as empty', async () => {
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

  test('because it is no longer configured is an error that names it', async () => {
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
