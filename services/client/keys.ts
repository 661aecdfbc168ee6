// The operator's requests for API keys.

import type { ApiKeyChange } from '#contracts/keys/key-change.ts';
import type { ApiKey, CreatedApiKey, NewApiKey } from '#contracts/keys/keys.ts';
import type { Page } from '#contracts/list.ts';
import type { Http } from './http.ts';
import type { Listing } from './jobs.ts';

export interface Keys {
  /** The reply's `key` is shown only this once. */
  create(request: NewApiKey, options?: { idempotencyKey?: string }): Promise<CreatedApiKey>;
  list(query?: Listing, signal?: AbortSignal): Promise<Page<ApiKey>>;
  get(id: string, signal?: AbortSignal): Promise<ApiKey>;
  /** Omitted fields stay as they are; null removes a limit. */
  change(id: string, change: ApiKeyChange): Promise<ApiKey>;
  /** Revokes the key; idempotent. */
  revoke(id: string): Promise<ApiKey>;
}

export function keysOf(http: Http): Keys {
  const at = (id: string) => `/keys/${encodeURIComponent(id)}`;
  return {
    create: (body, options) => http.json('/keys', { method: 'POST', body, creates: true, ...options }),
    list: (query, signal) => http.json('/keys', { query: { ...query }, signal }),
    get: (id, signal) => http.json(at(id), { signal }),
    change: (id, body) => http.json(at(id), { method: 'PATCH', body }),
    revoke: (id) => http.json(at(id), { method: 'DELETE' }),
  };
}
