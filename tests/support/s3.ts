// An S3 server for tests: it verifies signatures and supports multipart uploads and range requests. It does not support aborting an upload.

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// @ts-expect-error it comes without types
import untyped from '@20minutes/s3rver';

const S3rver = untyped as new (
  options: object,
) => { run(): Promise<{ port: number }>; close(): Promise<void> };

export const S3_KEYS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

export interface S3Server {
  /** The URL of its bucket, for ARTIFACTS_URL. */
  url: string;
  endpoint: string;
  /** The names of all complete objects. */
  objects(): Promise<string[]>;
  stop(): Promise<void>;
}

export interface S3Options {
  port?: number;
  /** From an earlier server; defaults to a temporary one. */
  directory?: string;
}

export async function startS3(options: S3Options = {}): Promise<S3Server> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'epochd-s3-')));
  const server = new S3rver({
    address: '127.0.0.1',
    port: options.port ?? 0,
    silent: true,
    directory,
    configureBuckets: [{ name: 'artifacts', configs: [] }],
  });
  const { port } = await server.run();
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    url: `s3://artifacts/in/a/prefix?endpoint=${endpoint}`,
    endpoint,
    async objects() {
      const files = await readdir(directory, { recursive: true });
      return files.flatMap((file) => /([^/]+)\._S3rver_object$/.exec(file)?.[1] ?? []);
    },
    async stop() {
      await server.close();
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}
