// Idempotency-Key: a POST that creates may be sent again, after a lost reply for instance, without creating twice.
// A failed request gives its key back: it created nothing, and may be corrected.

import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '#contracts/errors.ts';
import type { Store } from '#store/store.ts';

export interface Created<T> {
  location: string;
  body: T;
}

export function hashOf(...parts: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts) ?? '')
    .digest('hex');
}

/** Runs `create` at most once for this request's key, and sets the reply to 201 with Location. Returns the body. */
export async function createOnce<T>(
  store: Store,
  request: FastifyRequest,
  reply: FastifyReply,
  bodyHash: () => string,
  create: () => Promise<Created<T>>,
): Promise<T> {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string') {
    const created = await create();
    reply.code(201).header('location', created.location);
    return created.body;
  }
  const scope = `${request.method} ${request.routeOptions.url ?? request.url}`;
  const begun = await store.idempotency.begin(scope, key, bodyHash());
  if (begun.state === 'mismatch') {
    throw new Problem('idempotency_mismatch', 'this Idempotency-Key was used with another body');
  }
  if (begun.state === 'in_progress') {
    throw new Problem('conflict', 'the first request with this Idempotency-Key is still being answered');
  }
  if (begun.state === 'replay') {
    reply.code(begun.reply.status).headers(begun.reply.headers).header('idempotency-replayed', 'true');
    return JSON.parse(begun.reply.body) as T;
  }
  let created: Created<T>;
  try {
    created = await create();
  } catch (error) {
    await store.idempotency.abandon(begun.token).catch((inner: unknown) => {
      request.log.warn({ err: inner }, 'an idempotency key stays taken until it expires');
    });
    throw error;
  }
  const headers = { location: created.location };
  await store.idempotency
    .finish(begun.token, { status: 201, body: JSON.stringify(created.body), headers })
    .catch((error: unknown) =>
      request.log.warn({ err: error }, 'a reply is not kept for its idempotency key'),
    );
  reply.code(201).headers(headers);
  return created.body;
}
