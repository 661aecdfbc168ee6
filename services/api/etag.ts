// ETags: a caller that already has a reply gets a 304 instead of its bytes.

import type { FastifyReply, FastifyRequest } from 'fastify';

/** Sets the tag; true where the request names it, and a 304 is the reply. */
export function isKnown(request: FastifyRequest, reply: FastifyReply, tag: string): boolean {
  const etag = `"${tag}"`;
  reply.header('etag', etag);
  const known = (request.headers['if-none-match'] ?? '').split(',').map((each) => each.trim());
  return known.includes(etag) || known.includes(`W/${etag}`);
}
