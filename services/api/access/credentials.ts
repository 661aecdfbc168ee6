// Where a request may carry credentials. Every route accepts the header; a job's stream, which browsers open without headers, also accepts
// a WebSocket subprotocol (`epochd.key.<base64url of the key>` or `epochd.token.<stream token>`, beside `epochd`) and a stream token as
// `?token=`. Cookies are ignored.

import type { FastifyRequest } from 'fastify';

/** The subprotocol that the server selects; the one with the credential is never echoed. */
export const SUBPROTOCOL = 'epochd';

export type Credential = { kind: 'key'; key: string } | { kind: 'token'; token: string };

function ofSubprotocol(request: FastifyRequest): Credential | null {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  for (const name of offered) {
    const [, kind, value] = /^epochd\.(key|token)\.(.+)$/.exec(name) ?? [];
    if (value === undefined) continue;
    if (kind === 'token') return { kind: 'token', token: value };
    return { kind: 'key', key: Buffer.from(value, 'base64url').toString() };
  }
  return null;
}

export function credentialOf(request: FastifyRequest): Credential | null {
  const [, key] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? [];
  if (key !== undefined) return { kind: 'key', key };
  if (!request.routeOptions.config?.websocket) return null;
  const { token } = request.query as { token?: unknown };
  return ofSubprotocol(request) ?? (typeof token === 'string' ? { kind: 'token', token } : null);
}
