// The caller of a request, authenticated before any route is reached; every route is scoped by it.

import { DEFAULT_TENANT } from '#contracts/tenant.ts';
import type { CreatingKey } from '#store/store.ts';

export interface Caller {
  /** The tenant whose rows this request sees. */
  tenant: string;
  /** May manage keys and inspect the whole service: the operator's key, or anyone on this machine if no key is required. */
  admin: boolean;
  /** The key's row in the database; null for the operator, who has no limits. */
  key: CreatingKey | null;
}

export const OPERATOR: Caller = { tenant: DEFAULT_TENANT, admin: true, key: null };

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route except the open ones. */
    caller: Caller;
  }
}
