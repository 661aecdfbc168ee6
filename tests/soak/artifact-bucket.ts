// The artifact home as a bucket of an S3 server in a process of its own, so that it can be killed and frozen.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../support/redis.ts';
import { S3_KEYS } from '../support/s3.ts';
import { until } from '../support/until.ts';
import type { ArtifactHome } from './artifact-home.ts';
import type { Journal } from './journal.ts';

const OBJECT = '._S3rver_object';

export async function openArtifactBucket(journal: Journal): Promise<ArtifactHome> {
  const directory = await mkdtemp(path.join(tmpdir(), 'epochd-soak-bucket-'));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  let server: ChildProcess | null = null;
  const start = async () => {
    const child = spawn(process.execPath, ['tests/soak/s3-server.ts', String(port), directory], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server = child;
    child.stderr.on('data', (text: Buffer) => journal.note('S3 server', { says: text.toString() }));
    child.once('exit', (code, signal) => {
      if (signal === null) journal.violation(`the S3 server of the test ended by itself with ${code}`);
    });
    await until(
      () =>
        fetch(endpoint).then(
          () => true,
          () => null,
        ),
      60_000,
    );
  };
  const kill = async () => {
    const child = server;
    server = null;
    if (child === null) return;
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  await start();
  return {
    env: {
      ARTIFACTS_URL: `s3://artifacts/soak?endpoint=${endpoint}`,
      AWS_ACCESS_KEY_ID: S3_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: S3_KEYS.secretAccessKey,
    },
    async objects() {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true });
      const files = entries.filter(({ name }) => name.endsWith(OBJECT));
      return new Map(
        files.map(({ name, parentPath }) => [name.slice(0, -OBJECT.length), path.join(parentPath, name)]),
      );
    },
    takeAway: kill,
    bringBack: start,
    async freeze() {
      server?.kill('SIGSTOP');
    },
    async thaw() {
      server?.kill('SIGCONT');
    },
    async fill() {
      throw new Error('a bucket has no disk');
    },
    async empty() {},
    async remove() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
