// The dashboard's files. They need no key, because a browser cannot send one for a page; everything they show comes from routes that
// require it. Its policy forbids loading anything from elsewhere and running any other code.

import type { FastifyReply, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import type { StaticFile } from '#contracts/static-file.ts';
import { isKnown } from '../etag.ts';

export const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const FOREVER = 'public, max-age=31536000, immutable';

/** The smallest encoding of the file that the browser accepts. */
function encoded(file: StaticFile, accepted: string): [body: Uint8Array, encoding: string | null] {
  if (/\bbr\b/.test(accepted)) return [file.brotli, 'br'];
  if (/\bgzip\b/.test(accepted)) return [file.gzip, 'gzip'];
  return [file.plain, null];
}

function send(file: StaticFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply
    .header('vary', 'accept-encoding')
    .header('cache-control', file.path.startsWith('/assets/') ? FOREVER : 'no-cache')
    .header('content-security-policy', POLICY)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer');
  if (isKnown(request, reply, file.hash)) return reply.code(304).send();
  const [body, encoding] = encoded(file, request.headers['accept-encoding'] ?? '');
  if (encoding !== null) reply.header('content-encoding', encoding);
  return reply.type(file.type).send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
}

export const dashboard = plugin(
  async (app, { files }: { files: readonly StaticFile[] }) => {
    for (const file of files) {
      app.get(file.path, { config: { open: true }, schema: { hide: true } }, (request, reply) =>
        send(file, request, reply),
      );
    }
  },
  { name: 'dashboard', fastify: '5.x', dependencies: ['errors', 'auth'] },
);
