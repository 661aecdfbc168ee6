// Authentication. If the operator's key is configured, every request must carry it or a key of the database, WebSocket handshakes
// included; only routes with `config: { open: true }` are exempt. Without it, the service listens on loopback only, and answers only
// requests addressed to loopback, so that a web page elsewhere cannot reach it through the user's browser; a caller without a key is then
// the operator.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { Problem, problemOf } from '#contracts/errors.ts';
import type { KeyRecord, KeyStore } from '#store/store.ts';
import { type Caller, OPERATOR } from '../access/caller.ts';
import { type Credential, credentialOf } from '../access/credentials.ts';
import { isLoopback, namesThisMachine } from '../access/loopback.ts';
import type { StreamTokens } from '../access/stream-token.ts';
import type { ApiConfig } from '../context.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { RateLimit } from '../keys/rate-limit.ts';
import { looksLikeKey } from '../keys/secret.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Served without a key. */
    open?: boolean;
    /** For the operator only. */
    admin?: boolean;
  }
}

/** Throws if this configuration would leave the service open to strangers. */
export function refuseUnprotected({ host, production, apiKey }: ApiConfig): void {
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

interface Access {
  /** SHA-256 of the operator's key; null if no key is required. */
  wanted: Buffer | null;
  tokens: StreamTokens;
  keyRing: KeyRing;
  keys: Pick<KeyStore, 'used'>;
  rates: RateLimit;
}

const unauthorized = (message: string) => new Problem('unauthorized', message);

/** @param waitMs until the next request is allowed */
function tooMany(perSecond: number, waitMs: number): Problem {
  const message = `this key's limit requests_per_second is ${perSecond}: try again in ${waitMs / 1_000} s`;
  const detail = { param: 'requests_per_second', code: 'limit_exceeded', message };
  return problemOf('too_many_requests', [detail]).retryIn(Math.ceil(waitMs / 1_000));
}

function tenantOf({ keys, rates }: Access, record: KeyRecord | null): Caller {
  if (record === null) throw unauthorized('unknown API key');
  if (record.revokedAt !== null) throw unauthorized('this API key was revoked');
  keys.used(record.id);
  const { id, limits, tenant } = record;
  const rate = limits.requests_per_second;
  const wait = rate === null ? 0 : rates.take(id, rate);
  if (wait > 0) throw tooMany(rate as number, wait);
  return { tenant, admin: false, key: { id, limits } };
}

async function callerWith(access: Access, given: Credential, request: FastifyRequest): Promise<Caller> {
  const { wanted, tokens, keyRing } = access;
  if (given.kind === 'key') {
    // Hashing makes the lengths equal, so that timing reveals nothing about the key.
    if (wanted !== null && timingSafeEqual(sha256(given.key), wanted)) return OPERATOR;
    return tenantOf(access, await keyRing.find(given.key));
  }
  const token = tokens.read(given.token, (request.params as { id: string }).id);
  if (token === null) throw unauthorized('this stream token has expired, or is for another job');
  return token.keyId === null ? OPERATOR : tenantOf(access, await keyRing.get(token.keyId));
}

async function callerOf(access: Access, request: FastifyRequest): Promise<Caller> {
  const given = credentialOf(request);
  if (access.wanted === null) {
    // No key is required, but a caller that presents one acts as its tenant.
    const id = (request.params as { id?: string } | null)?.id ?? '';
    const shown =
      given !== null &&
      (given.kind === 'key' ? looksLikeKey(given.key) : access.tokens.read(given.token, id) !== null);
    return shown ? callerWith(access, given, request) : OPERATOR;
  }
  if (given === null) throw unauthorized('expected the header Authorization: Bearer <API key>');
  return callerWith(access, given, request);
}

/** Browsers do not apply CORS to WebSockets, so the page's origin is checked here. */
function checkOrigin(request: FastifyRequest, allowed: readonly string[]): void {
  const { host, origin } = request.headers;
  if (!request.ws || origin === undefined || allowed.includes(origin)) return;
  if (host !== undefined && URL.parse(origin)?.host === host) return;
  throw new Problem(
    'forbidden',
    `pages of ${origin} may not open a stream here: CORS_ORIGINS does not list it`,
  );
}

function hostOf(authority: string): string | null {
  return URL.parse(`http://${authority}`)?.hostname ?? null;
}

function checkLoopback(request: FastifyRequest, allowed: readonly string[]): void {
  const { host, origin } = request.headers;
  const from = origin === undefined || allowed.includes(origin) ? null : (URL.parse(origin)?.hostname ?? '');
  const to = host === undefined ? null : hostOf(host);
  if ((to !== null && !namesThisMachine(to)) || (from !== null && !namesThisMachine(from))) {
    throw new Problem('forbidden', 'without an API key, only requests from and to this machine are accepted');
  }
}

export interface AuthOptions extends Omit<Access, 'wanted'> {
  config: ApiConfig;
}

export const auth = plugin(
  async (app, { config, ...parts }: AuthOptions) => {
    refuseUnprotected(config);
    const wanted = config.apiKey === null ? null : sha256(config.apiKey);
    const { corsOrigins = [] } = config;
    app.decorateRequest('caller', null as never);

    const access: Access = { wanted, ...parts };
    app.addHook('onRequest', async (request) => {
      const { open, admin } = request.routeOptions.config ?? {};
      if (open) return;
      if (wanted === null) checkLoopback(request, corsOrigins);
      else checkOrigin(request, corsOrigins);
      request.caller = await callerOf(access, request);
      if (admin && !request.caller.admin) {
        throw new Problem('forbidden', "this needs the operator's key (EPOCHD_API_KEY)");
      }
    });
  },
  { name: 'auth', fastify: '5.x', dependencies: ['request-id'] },
);
