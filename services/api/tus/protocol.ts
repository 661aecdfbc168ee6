// Shared by the routes of uploads: the core of tus 1.0.0 with creation, expiration and termination
// (https://tus.io/protocols/resumable-upload).

import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { problemOf } from '#contracts/errors.ts';
import type { UploadRecord } from '#store/store.ts';
import type { App } from '../context.ts';

export const TUS_VERSION = '1.0.0';
export const TUS_EXTENSIONS = 'creation,expiration,termination';
export const OFFSET_STREAM = 'application/offset+octet-stream';

/** Checked by the hook below, before anything else in the request. */
export const TusHeaders = z.looseObject({
  'tus-resumable': z.string().optional().describe(`Required: ${TUS_VERSION}`),
});

/** Requires the protocol version in every request of `scope`, and states it in every reply. */
export function speakTus(scope: Pick<App, 'addHook'>): void {
  scope.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    reply.header('tus-resumable', TUS_VERSION);
    const given = request.headers['tus-resumable'];
    if (given === TUS_VERSION) return done();
    reply.header('tus-version', TUS_VERSION);
    const message =
      given === undefined ? `expected ${TUS_VERSION}` : `${given} is not supported; expected ${TUS_VERSION}`;
    done(problemOf('version_not_supported', [{ param: 'tus-resumable', code: 'not_supported', message }]));
  });
}

/** Parses a header that is a number of bytes. @throws Problem */
export function bytesIn(request: Pick<FastifyRequest, 'headers'>, name: string): number {
  const given = request.headers[name];
  const bytes = typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : null;
  if (bytes !== null) return bytes;
  const [code, was] = given === undefined ? ['required', ''] : ['invalid_type', `, not "${given}"`];
  throw problemOf('invalid_request', [
    { param: name, code, message: `expected a whole number of bytes${was}` },
  ]);
}

export function sayPlace(reply: FastifyReply, upload: UploadRecord): FastifyReply {
  return reply
    .header('upload-offset', upload.received)
    .header('upload-expires', upload.expiresAt.toUTCString())
    .header('cache-control', 'no-store');
}
