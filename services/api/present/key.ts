// An API key in the API's form.

import type { ApiKey } from '#contracts/keys/keys.ts';
import type { KeyRecord } from '#store/store.ts';

export function presentKey(record: KeyRecord): ApiKey {
  const { id, name, tenant, hint, limits, createdAt, lastUsedAt, revokedAt } = record;
  return {
    id,
    object: 'api_key',
    name,
    tenant,
    hint,
    limits,
    created_at: createdAt.toISOString(),
    last_used_at: lastUsedAt?.toISOString() ?? null,
    revoked_at: revokedAt?.toISOString() ?? null,
  };
}
