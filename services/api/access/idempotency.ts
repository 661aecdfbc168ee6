// Idempotency-Key: a POST that creates something may be repeated, for instance after a lost reply, without creating it twice. The reply is
// stored in the transaction that creates, so a request that failed or died has used no key.

import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '#contracts/errors.ts';
import { DEFAULT_TENANT } from '#contracts/tenant.ts';
import { KeyTaken } from '#store/idempotency.ts';
import type { KeepReply, SavedReply, TenantStore } from '#store/store.ts';

export interface Created<T> {
  location: string;
  body: T;
}

export function hashOf(...parts: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts) ?? '')
    .digest('hex');
}

/** For the store's create: the reply to save, as `created` builds it from the record; undefined if the request has no key. */
export type Keep<T> = <R>(created: (record: R) => Created<T>) => KeepReply<R> | undefined;

const saved = ({ location, body }: Created<unknown>): SavedReply => ({
  status: 201,
  body: JSON.stringify(body),
  headers: { location },
});

/** Keys are scoped by tenant, so two tenants can use the same key independently. */
function scopeOf({ method, routeOptions, url, caller }: FastifyRequest): string {
  const route = `${method} ${routeOptions.url ?? url}`;
  return caller.tenant === DEFAULT_TENANT ? route : `${caller.tenant} ${route}`;
}

/** Makes `create` take effect at most once for this request's key, and sets the reply to 201 with Location. Returns the body. */
export async function createOnce<T>(
  store: TenantStore,
  request: FastifyRequest,
  reply: FastifyReply,
  bodyHash: () => string,
  create: (keep: Keep<T>) => Promise<Created<T>>,
): Promise<T> {
  const answer = (created: Created<T>) => {
    reply.code(201).header('location', created.location);
    return created.body;
  };
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string') return answer(await create(() => undefined));

  const scope = scopeOf(request);
  const hash = bodyHash();
  const replay = async () => {
    const found = await store.idempotency.find(scope, key, hash);
    if (found.state === 'mismatch') {
      throw new Problem('idempotency_mismatch', 'this Idempotency-Key was used with a different body');
    }
    if (found.state === 'new') return null;
    reply.code(found.reply.status).headers(found.reply.headers).header('idempotency-replayed', 'true');
    // Byte for byte as first sent: a reply saved by an earlier version may lack fields that this version's schema requires.
    reply.type('application/json; charset=utf-8').serializer(JSON.stringify);
    return { body: JSON.parse(found.reply.body) as T };
  };
  const earlier = await replay();
  if (earlier !== null) return earlier.body;
  try {
    const keep: Keep<T> = (created) => ({
      scope,
      key,
      bodyHash: hash,
      reply: (record) => saved(created(record)),
    });
    return answer(await create(keep));
  } catch (error) {
    // A concurrent request with the same key won the race.
    const other = error instanceof KeyTaken ? await replay() : null;
    if (other === null) throw error;
    return other.body;
  }
}
