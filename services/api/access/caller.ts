// The caller of a request, authenticated before any route is reached; every route is scoped by it.

import { DEFAULT_TENANT } from '#contracts/tenant.ts';
import type { CreatingKey } from '#store/store.ts';

export interface Caller {
  /** Whose rows this request sees. */
  tenant: string;
  /** May manage keys and look at the whole service: the operator's key, or this machine where no key is asked for. */
  admin: boolean;
  /** The key in the database; null for the operator, who has no limits. */
  key: CreatingKey | null;
}

export const OPERATOR: Caller = { tenant: DEFAULT_TENANT, admin: true, key: null };

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for every route but the open ones. */
    caller: Caller;
  }
}
