// An API with a small upload limit and a temporary directory of its own, and the ways to download and upload weights.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { SafeTensor } from '#training/model/safetensors.ts';
import { type Answer, type Api, createJob, startApi, train } from '../../running-api.ts';

export const UPLOAD_LIMIT = 64 * 1024;
export const BINARY = { 'content-type': 'application/octet-stream' };

/** Started before the first test of the file that imports it. */
export let api: Api;
/** Where uploads are spooled: empty after each of them. */
export let spool: string;
const { TMPDIR } = process.env;
beforeAll(async () => {
  spool = await mkdtemp(join(tmpdir(), 'epochd-test-'));
  api = await startApi({ uploadBytes: UPLOAD_LIMIT });
  process.env.TMPDIR = spool;
});
afterAll(async () => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  await api.close();
  await rm(spool, { recursive: true });
});

/** @returns the id of a job that was trained */
export async function trained(change: Record<string, unknown> = {}): Promise<string> {
  const { id } = await createJob(api, change);
  await train(api, id);
  return id;
}

export async function download(id: string, headers: Record<string, string> = {}) {
  const reply = await fetch(`${api.url}/jobs/${id}/weights`, { headers });
  return { status: reply.status, headers: reply.headers, bytes: Buffer.from(await reply.arrayBuffer()) };
}

const form = (file: Uint8Array, fields: Record<string, string> = {}) => {
  const body = new FormData();
  body.append('file', new Blob([Uint8Array.from(file)]), 'net.safetensors');
  for (const [key, value] of Object.entries(fields)) body.append(key, value);
  return body;
};
export const upload = (file: Uint8Array, fields?: Record<string, string>) =>
  api.post('/weights', form(file, fields));

/** Sends the file as the whole body. */
export async function send(
  file: Uint8Array,
  path = '/weights',
  headers: Record<string, string> = BINARY,
): Promise<Answer> {
  const reply = await fetch(api.url + path, { method: 'POST', headers, body: Uint8Array.from(file) });
  return { status: reply.status, headers: reply.headers, body: await reply.json() };
}

export const f32 = (shape: number[]): SafeTensor => ({
  dtype: 'F32',
  shape,
  bytes: new Uint8Array(4 * shape.reduce((size, n) => size * n, 1)),
});
