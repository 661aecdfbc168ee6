// Who may ask. With a key configured every request must bear it, WebSocket handshakes included; the few routes
// with `config: { open: true }` excepted. Without one the service listens on loopback only, and answers only what
// was meant for loopback: a web page elsewhere must not reach it through the user's browser.

import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { Problem } from '#contracts/errors.ts';
import type { ApiConfig } from '../context.ts';
import { credentialOf } from '../credentials.ts';
import type { StreamTokens } from '../stream-token.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered without a key. */
    open?: boolean;
  }
}

export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true;
  return isIP(name) === 4 && name.startsWith('127.');
}

/** Throws where this configuration would leave the service open to strangers. */
export function refuseOpenDoor({ host, production, apiKey }: ApiConfig): void {
  if (apiKey !== null) return;
  if (production)
    throw new Error('NODE_ENV=production needs EPOCHD_API_KEY: refusing to start without a key');
  if (!isLoopback(host)) {
    throw new Error(
      `listening on ${host} needs EPOCHD_API_KEY: without a key only loopback (127.0.0.1) is served`,
    );
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();

function checkKey(request: FastifyRequest, wanted: Buffer, tokens: StreamTokens): void {
  const given = credentialOf(request);
  if (given === null) {
    throw new Problem('unauthorized', 'expected the header Authorization: Bearer <API key>');
  }
  if (given.kind === 'token') {
    const { id } = request.params as { id: string };
    if (tokens.opens(given.token, id)) return;
    throw new Problem('unauthorized', 'this stream token is over, or is not for this job');
  }
  // Equal lengths by hashing, so that the time tells nothing about the key.
  if (!timingSafeEqual(sha256(given.key), wanted)) {
    throw new Problem('unauthorized', 'this API key is not known');
  }
}

/** A browser asks nobody before it opens a WebSocket to elsewhere: whose page it is, is checked here. */
function checkOrigin(request: FastifyRequest, allowed: readonly string[]): void {
  const { host, origin } = request.headers;
  if (!request.ws || origin === undefined || allowed.includes(origin)) return;
  if (host !== undefined && URL.parse(origin)?.host === host) return;
  throw new Problem(
    'forbidden',
    `pages of ${origin} may not open a stream here: CORS_ORIGINS does not name it`,
  );
}

function hostOf(authority: string): string | null {
  return URL.parse(`http://${authority}`)?.hostname ?? null;
}

function checkLoopback(request: FastifyRequest, allowed: readonly string[]): void {
  const { host, origin } = request.headers;
  const from = origin === undefined || allowed.includes(origin) ? null : (URL.parse(origin)?.hostname ?? '');
  const to = host === undefined ? null : hostOf(host);
  if ((to !== null && !isLoopback(to)) || (from !== null && !isLoopback(from))) {
    throw new Problem('forbidden', 'without an API key only requests from and to this machine are answered');
  }
}

export const auth = plugin(
  async (app, { config, tokens }: { config: ApiConfig; tokens: StreamTokens }) => {
    refuseOpenDoor(config);
    const wanted = config.apiKey === null ? null : sha256(config.apiKey);

    app.addHook('onRequest', async (request) => {
      if (request.routeOptions.config?.open) return;
      const { corsOrigins = [] } = config;
      if (wanted === null) checkLoopback(request, corsOrigins);
      else {
        checkOrigin(request, corsOrigins);
        checkKey(request, wanted, tokens);
      }
    });
  },
  { name: 'auth', fastify: '5.x', dependencies: ['request-id'] },
);
