// Who asks: found out before a route is reached, and what every route scopes its answers by.

import { DEFAULT_TENANT } from '#contracts/tenant.ts';

export interface Caller {
  /** Whose rows this request sees. */
  tenant: string;
  /** May manage keys and look at the whole service: the operator's key, or this machine where no key is asked for. */
  admin: boolean;
  /** Of a key in the database; null for the operator. */
  keyId: string | null;
}

export const OPERATOR: Caller = { tenant: DEFAULT_TENANT, admin: true, keyId: null };

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for every route but the open ones. */
    caller: Caller;
  }
}
