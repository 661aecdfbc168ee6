// An API key as the contract shows it.

import type { ApiKey } from '#contracts/keys.ts';
import type { KeyRecord } from '#store/store.ts';

export function presentKey({ id, name, tenant, hint, createdAt, lastUsedAt, revokedAt }: KeyRecord): ApiKey {
  return {
    id,
    object: 'api_key',
    name,
    tenant,
    hint,
    created_at: createdAt.toISOString(),
    last_used_at: lastUsedAt?.toISOString() ?? null,
    revoked_at: revokedAt?.toISOString() ?? null,
  };
}
