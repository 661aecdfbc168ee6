// Moving artifacts between Postgres, a directory and a bucket.

import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { HomesOptions } from '#store/artifacts/homes/homes.ts';
import { moveArtifacts } from '#store/artifacts/homes/move.ts';
import { reportToLog } from '#store/artifacts/homes/move-report.ts';
import { sweepObjects } from '#store/artifacts/homes/objects.ts';
import { openDatabase } from '#store/database.ts';
import { openStore } from '#store/store.ts';
import { quietLog, rememberingLog } from '../../../support/log.ts';
import { freshDatabase, runSql } from '../../../support/postgres.ts';
import { S3_KEYS } from '../../../support/s3.ts';
import { KIB, MIB, never, newDirectory, s3 } from './own-homes.ts';

const objectsIn = async (directory: string) =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

describe('moving artifacts', () => {
  test('from Postgres to a directory, to a bucket and back keeps every byte and leaves nothing behind', async () => {
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

  test('leaves an artifact with corrupt bytes where it is, and counts it as failed', async () => {
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
