// The store as seen by a request's tenant, created once per active tenant.

import type { Store, TenantStore } from '#store/store.ts';
import type { Context } from '../context.ts';

const MOST = 1_000;

export function tenantStores(store: Pick<Store, 'forTenant'>): Context['storeOf'] {
  const made = new Map<string, TenantStore>();
  return ({ caller: { tenant } }) => {
    let own = made.get(tenant);
    if (own === undefined) {
      own = store.forTenant(tenant);
      if (made.size >= MOST) made.clear();
      made.set(tenant, own);
    }
    return own;
  };
}
