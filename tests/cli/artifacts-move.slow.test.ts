// `epochd artifacts move` as an operator runs it, with a service running before and after, and killed halfway.

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '#store/store.ts';
import { bareEnvironment, startService } from '../e2e/service.ts';
import { quietLog } from '../support/log.ts';
import { freshDatabase, runSql } from '../support/postgres.ts';
import { S3_KEYS, type S3Server, startS3 } from '../support/s3.ts';
import { until } from '../support/until.ts';

const MIB = 2 ** 20;
const SMALL = 30;
let s3: S3Server;
let directory: string;
let databaseUrl: string;
beforeAll(async () => {
  s3 = await startS3();
  directory = await mkdtemp(path.join(tmpdir(), 'epochd-moved-'));
  databaseUrl = await freshDatabase();
});
afterAll(async () => {
  await s3.stop();
  await rm(directory, { recursive: true });
});

const keys = {
  AWS_ACCESS_KEY_ID: S3_KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: S3_KEYS.secretAccessKey,
  ARTIFACTS_OVER_KIB: '0',
};

interface Moving {
  child: ChildProcess;
  ended: Promise<{ code: number | null; signal: string | null; out: string; err: string }>;
}

function epochd(env: Record<string, string>, ...args: string[]): Moving {
  // Not bin/epochd.js: a kill would hit only that process, not the one it spawns.
  const child = spawn(process.execPath, ['services/start-cli.ts', ...args], {
    env: { ...bareEnvironment(), DATABASE_URL: databaseUrl, ...keys, ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
  const ended = new Promise<Awaited<Moving['ended']>>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, out, err })),
  );
  return { child, ended };
}
const run = (env: Record<string, string>, ...args: string[]) => epochd(env, ...args).ended;

const count = async (from: string) =>
  (await runSql<{ n: number }>(databaseUrl, `SELECT count(*)::int AS n FROM ${from}`))[0]!.n;
const objectsIn = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

/** Blocks whoever is about to run this statement on the artifact's row, until `work` is done. */
async function pausedAt(
  statement: string,
  id: string,
  work: (paused: () => Promise<true | null>) => Promise<void>,
): Promise<void> {
  const holder = new pg.Client({ connectionString: databaseUrl });
  await holder.connect();
  const column = statement.endsWith('object_to_delete') ? 'artifact_id' : 'id';
  const row = statement.startsWith('DELETE') ? 'OLD' : 'NEW';
  await holder.query(`
    CREATE OR REPLACE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN ${row}; END';
    CREATE TRIGGER pause BEFORE ${statement} FOR EACH ROW WHEN (${row}.${column} = '${id}') EXECUTE FUNCTION pause()`);
  await holder.query('SELECT pg_advisory_lock(7)');
  await work(async () => {
    const waiting = await count(`pg_locks WHERE locktype = 'advisory' AND objid = 7 AND NOT granted`);
    return waiting > 0 ? true : null;
  });
  await holder.query('SELECT pg_advisory_unlock(7)');
  await holder.query(`DROP TRIGGER pause ON ${statement.split(' ').at(-1)}`);
  await holder.end();
}

const POINTS = `x,y\n${Array.from({ length: 400 }, (_, i) => `${i / 400},${(2 * i) / 400 + 1}`).join('\n')}\n`;
const RECIPE = {
  model: { input: { shape: [1] }, layers: [{ type: 'Linear', out_features: 1 }] },
  training: { loss: 'MSELoss', optimizer: { type: 'SGD', lr: 0.1 }, epochs: 3, batch_size: 32 },
  seed: 3,
};

test('every artifact survives repeatedly killed moves, nothing is left behind, and jobs still predict', async () => {
  const inputs = [[0.25], [0.75]];
  let job = '';
  let predicted: unknown;
  {
    await using service = await startService({ env: { DATABASE_URL: databaseUrl, ...keys } });
    const { datasets, jobs } = service.client;
    const { id: dataset } = await datasets.upload({
      file: new Blob([POINTS]),
      fileName: 'points.csv',
      target: 'y',
    });
    ({ id: job } = await jobs.create({ ...RECIPE, dataset }));
    await until(async () => ((await jobs.get(job)).status === 'succeeded' ? true : null));
    predicted = await jobs.predict(job, { inputs });
  }
  const store = await openStore({ databaseUrl, redisUrl: null, log: quietLog });
  for (let i = 0; i < SMALL; i++) await store.artifacts.put(randomBytes(100_000 + i));
  const { id: large } = await store.artifacts.put(randomBytes(12 * MIB + 1));
  await store.close();
  const rows = await runSql<{ id: string; sha256: string }>(
    databaseUrl,
    'SELECT id, sha256 FROM artifact ORDER BY id',
  );
  const ids = rows.map(({ id }) => id);

  const file = pathToFileURL(directory).href;
  const bucket = `${s3.url.split('?')[0]}`;
  const stops: { to: string | null; env: Record<string, string> }[] = [
    { to: file, env: { ARTIFACTS_URL: file } },
    { to: bucket, env: { ARTIFACTS_URL: s3.url, ARTIFACTS_OTHER_URLS: file } },
    { to: null, env: { ARTIFACTS_OTHER_URLS: s3.url } },
  ];
  for (const { to, env } of stops) {
    const there = `artifact WHERE home IS NOT DISTINCT FROM ${to === null ? 'NULL' : `'${to}'`}`;
    const before = await runSql(databaseUrl, 'SELECT id, home FROM artifact ORDER BY id');
    const dry = await run(env, '--json', 'artifacts', 'move', '--dry-run');
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(dry.out)).toMatchObject({ to: to ?? 'Postgres', artifacts: ids.length });
    expect(await runSql(databaseUrl, 'SELECT id, home FROM artifact ORDER BY id')).toEqual(before);

    for (const [statement, id] of [
      ['UPDATE ON artifact', ids[5]!],
      ['INSERT ON object_to_delete', ids[20]!],
      ['UPDATE ON artifact', large],
      ['DELETE ON object_to_delete', large],
    ] as const) {
      await pausedAt(statement, id, async (paused) => {
        const { child, ended } = epochd(env, 'artifacts', 'move');
        await until(paused, 60_000);
        child.kill('SIGKILL');
        expect(await ended).toMatchObject({ signal: 'SIGKILL' });
      });
    }

    const { code, out, err } = await run(env, 'artifacts', 'move');
    expect({ code, err }, out).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^\d+ artifacts? \(.*B\) moved$/m);
    expect(await count(there)).toBe(ids.length);
    const nothing = await run(env, 'artifacts', 'move', '--dry-run');
    expect(nothing).toMatchObject({ code: 0, out: 'every artifact is already in its place\n' });

    const homes = { url: env.ARTIFACTS_URL ?? null, overBytes: 0, others: [], s3: S3_KEYS };
    const open = await openStore({ databaseUrl, redisUrl: null, log: quietLog, homes });
    for (const { id, sha256 } of rows) {
      const hash = createHash('sha256');
      for await (const piece of open.artifacts.read(id)) hash.update(piece);
      expect(hash.digest('hex'), id).toBe(sha256);
    }
    await open.close();
    expect(await objectsIn(directory)).toEqual(to === file ? ids : []);
    expect((await s3.objects()).sort()).toEqual(to === bucket ? ids : []);
    expect((await count('artifact_chunk')) === 0).toBe(to !== null);
    expect(await runSql(databaseUrl, 'SELECT * FROM object_to_delete')).toEqual([]);
    await using service = await startService({ env: { DATABASE_URL: databaseUrl, ...keys, ...env } });
    expect(await service.client.jobs.predict(job, { inputs })).toEqual(predicted);
  }
}, 300_000);

test('an artifact that cannot be moved is named, stays in place, and makes the exit code 1', async () => {
  const url = await freshDatabase();
  const store = await openStore({ databaseUrl: url, redisUrl: null, log: quietLog });
  const { id } = await store.artifacts.put(randomBytes(5_000));
  await store.artifacts.put(randomBytes(6_000));
  await store.close();
  await runSql(
    url,
    `UPDATE artifact_chunk SET data = set_byte(data, 7, 255 - get_byte(data, 7)) WHERE artifact_id = '${id}'`,
  );
  const home = path.join(directory, 'other');
  const env = { DATABASE_URL: url, ARTIFACTS_URL: pathToFileURL(home).href };
  const { code, out, err } = await run(env, 'artifacts', 'move');
  expect(err).toMatch(new RegExp(`^${id} was not moved: its bytes in Postgres have the SHA-256 `));
  expect(out).toContain('1 artifact (5.9 KiB) moved\n1 not moved');
  expect(code).toBe(1);
  expect(await runSql(url, `SELECT home FROM artifact WHERE id = '${id}'`)).toEqual([{ home: null }]);
  await rm(home, { recursive: true });
});

test('an invalid ARTIFACTS_URL or one that cannot be written is reported in one line', async () => {
  expect(await run({ ARTIFACTS_URL: 'ftp://x' }, 'artifacts', 'move')).toMatchObject({
    code: 2,
    err: expect.stringContaining('ARTIFACTS_URL: expected a URL that begins with file:// or s3://'),
  });
  const file = path.join(directory, 'none', 'x');
  const unwritable = { ARTIFACTS_URL: `file:///dev/null${file}` };
  expect(await run(unwritable, 'artifacts', 'move')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^ARTIFACTS_URL: nothing can be written to file:.*\n$/),
  });
});

test('without DATABASE_URL it opens the embedded Postgres, unless a service is using it', async () => {
  await using service = await startService();
  const moving = () => run({ DATABASE_URL: '', DATA_DIR: service.dataDir }, 'artifacts', 'move');
  const { code, err } = await moving();
  expect(err).toMatch(/is in use by another epochd \(pid \d+ on .*\): stop it/);
  expect(code).toBe(1);
  await service.end();
  expect(await moving()).toMatchObject({ code: 0, out: '0 artifacts (0 B) moved\n' });
});
