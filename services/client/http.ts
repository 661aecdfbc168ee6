// JSON requests and replies. A request that failed on the way is retried if that is safe: GET and DELETE are, and so is every POST here,
// because those that create something carry an Idempotency-Key and the others may be repeated.

import { ConnectionError, errorOf, errorOfHead } from './errors.ts';
import { backoff, pause } from './pause.ts';

export interface ClientOptions {
  /** Base URL of the service: http://127.0.0.1:3000 */
  url: string;
  /** Sent as `Authorization: Bearer …`. */
  apiKey?: string | null;
  /** Retries of a request that failed in transit or met a service that is starting. */
  retries?: number;
  /** Aborts every request and stream of this client. */
  signal?: AbortSignal;
}

export interface Call {
  method?: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE';
  query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as is, instead of `body`. */
  raw?: Blob;
  /** The request creates something: sent with an Idempotency-Key, the given one or a new one. */
  creates?: boolean;
  idempotencyKey?: string;
  headers?: Readonly<Record<string, string>>;
  /** Overrides the client's `retries`. */
  retries?: number;
  signal?: AbortSignal | undefined;
}

export interface Http {
  readonly url: string;
  readonly apiKey: string | null;
  /** The reply, parsed as JSON. @throws ApiError, ConnectionError */
  json<T>(path: string, call?: Call): Promise<T>;
  /** The raw reply, with status 2xx or 304. @throws ApiError, ConnectionError */
  reply(path: string, call?: Call): Promise<Response>;
  /** Sends DELETE and returns the bytes freed. @throws ApiError, ConnectionError */
  delete(path: string): Promise<number>;
  /** Combines this call's signal with the client's own. */
  signal(own?: AbortSignal): AbortSignal;
  /** Retries `send` while it fails with transient errors. */
  again<T>(send: () => Promise<T>, signal: AbortSignal, retries?: number): Promise<T>;
  headers(call: Pick<Call, 'creates' | 'idempotencyKey'>): Record<string, string>;
}

/** Statuses of a service that is starting, stopping or overloaded. */
const PASSING = [429, 502, 503, 504];
const RETRIES = 4;

export function openHttp({ url, apiKey = null, retries = RETRIES, signal: whole }: ClientOptions): Http {
  const base = url.replace(/\/+$/, '');

  const signalOf: Http['signal'] = (own) => AbortSignal.any([whole, own].filter((it) => it !== undefined));

  const headers: Http['headers'] = ({ creates, idempotencyKey }) => ({
    ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
    ...(creates ? { 'idempotency-key': idempotencyKey ?? newKey() } : {}),
  });

  const again: Http['again'] = async (send, signal, most = retries) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await send();
      } catch (error) {
        const passing =
          error instanceof ConnectionError || PASSING.includes((error as { status?: number }).status ?? 0);
        if (!passing || attempt > most || signal.aborted) throw error;
        await pause(backoff(attempt), signal);
      }
    }
  };

  const reply: Http['reply'] = (path, call = {}) => {
    const { method = 'GET', query = {}, body, raw } = call;
    const signal = signalOf(call.signal);
    const init: RequestInit = {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers(call),
        ...call.headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(raw === undefined ? {} : { body: raw }),
      signal,
    };
    return again(
      async () => {
        let response: Response;
        try {
          response = await fetch(`${base}${path}${queryString(query)}`, init);
        } catch (error) {
          signal.throwIfAborted();
          throw new ConnectionError(`${base} does not respond`, error);
        }
        if (response.ok || response.status === 304) return response;
        const requestId = response.headers.get('x-request-id');
        if (method === 'HEAD') throw errorOfHead(response.status, path, requestId);
        throw errorOf(response.status, await response.text(), requestId);
      },
      signal,
      call.retries,
    );
  };

  return {
    url: base,
    apiKey,
    headers,
    signal: signalOf,
    again,
    reply,
    async delete(path) {
      const { headers } = await reply(path, { method: 'DELETE' });
      return Number(headers.get('x-bytes-freed') ?? 0);
    },
    async json<T>(path: string, call?: Call) {
      const text = await (await reply(path, call)).text();
      return (text === '' ? null : JSON.parse(text)) as T;
    },
  };
}

/** `?limit=20&status=queued&status=running`, or the empty string. */
export function queryString(query: NonNullable<Call['query']>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one): [string, string] => [name, String(one)]),
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}

/** Not crypto.randomUUID, which browsers provide only on pages loaded over TLS or from loopback. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
