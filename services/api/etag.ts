// ETags: a caller that already has a reply gets a 304 instead of its bytes.

import type { FastifyReply, FastifyRequest } from 'fastify';

/** Sets the ETag. Returns true if the request already has it, in which case the reply should be a 304. */
export function isKnown(request: FastifyRequest, reply: FastifyReply, tag: string): boolean {
  const etag = `"${tag}"`;
  reply.header('etag', etag);
  const known = (request.headers['if-none-match'] ?? '').split(',').map((each) => each.trim());
  return known.includes(etag) || known.includes(`W/${etag}`);
}
