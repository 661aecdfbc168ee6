// A store on a database of its own, closed when the test file is done.

import { afterAll, beforeAll } from 'vitest';
import { openStore, type Store } from '#store/store.ts';
import { quietLog } from './log.ts';
import { freshDatabase } from './postgres.ts';

/** Call once at the top of a test file; `store()` is open from its first test on. */
export function useStore(): { store(): Store; url(): string } {
  let store: Store | undefined;
  let url = '';
  beforeAll(async () => {
    url = await freshDatabase();
    store = await openStore({ databaseUrl: url, redisUrl: null, log: quietLog });
  });
  afterAll(async () => {
    await store?.close();
  });
  return {
    store() {
      if (store === undefined) throw new Error('the store is not open yet');
      return store;
    },
    url: () => url,
  };
}
