// JSON bodies too large to parse on the event loop: they are written to a file, and the route gets its path. Smaller ones arrive parsed,
// as usual.

import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parseJson } from '../plugins/json.ts';
import { receiveBody } from './body.ts';
import type { Scratch } from './scratch.ts';

/** Small enough to be parsed in a few milliseconds. */
const SMALL_BYTES = 256 * 1024;

export class LargeJson {
  readonly path: string;
  readonly sha256: string;

  constructor(path: string, sha256: string) {
    this.path = path;
    this.sha256 = sha256;
  }
}

/** A folder on demand for each request of `scope`, removed when the request has been answered. */
export function requestFolders(
  scope: Pick<FastifyInstance, 'addHook'>,
  scratch: Scratch,
): (request: FastifyRequest) => Promise<string> {
  const folders = new WeakMap<FastifyRequest, Promise<string>>();
  scope.addHook('onResponse', (request, _reply, done) => {
    const folder = folders.get(request);
    if (folder === undefined) return done();
    folder.then((path) => rm(path, { recursive: true, force: true })).then(() => done(), done);
  });
  return (request) => {
    const folder = folders.get(request) ?? scratch.folder();
    folders.set(request, folder);
    return folder;
  };
}

/** Lets JSON bodies of `scope` arrive as LargeJson. */
export function takeLargeJson(
  scope: Pick<FastifyInstance, 'removeContentTypeParser' | 'addContentTypeParser'>,
  folderOf: (request: FastifyRequest) => Promise<string>,
  maxBytes: number,
): void {
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser('application/json', async (request: FastifyRequest, payload: Readable) => {
    const body = await receiveBody(payload, request.headers['content-encoding'], {
      inMemory: SMALL_BYTES,
      maxBytes,
      folder: () => folderOf(request),
    });
    return body.bytes === undefined ? new LargeJson(body.path, body.sha256) : parseJson(body.bytes);
  });
}

/** What identifies this body for Idempotency-Key. */
export function identityOf(body: unknown): unknown {
  return body instanceof LargeJson ? { sha256: body.sha256 } : body;
}
