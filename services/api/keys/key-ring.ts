// Looks up keys, and caches them for a second: a query for every request would cost more than most requests. A key revoked by another
// process stops working within a second; one revoked by this process, at once.

import type { KeyRecord, KeyStore } from '#store/store.ts';
import { hashKey, looksLikeKey } from './secret.ts';

const KEPT_MS = 1_000;
const MOST = 10_000;

export interface KeyRing {
  /** The key's row, revoked or not; null if unknown. */
  find(key: string): Promise<KeyRecord | null>;
  /** Likewise, by id. */
  get(id: string): Promise<KeyRecord | null>;
  /** To be called when the key's row has changed. */
  forget(id: string): void;
}

interface Known {
  record: Promise<KeyRecord | null>;
  /** Null until `record` resolves, and if the key is unknown. */
  id: string | null;
  until: number;
}

export function openKeyRing(
  keys: Pick<KeyStore, 'findByHash' | 'get'>,
  { now = () => performance.now(), most = MOST } = {},
): KeyRing {
  const known = new Map<string, Known>();

  const remembered = (name: string, look: () => Promise<KeyRecord | null>) => {
    const found = known.get(name);
    if (found !== undefined && now() < found.until) return found.record;
    const entry: Known = { record: look(), id: null, until: now() + KEPT_MS };
    known.delete(name);
    // Evict the oldest lookup: guessed keys evict one another, at the cost of one query each.
    if (known.size >= most) known.delete(known.keys().next().value as string);
    known.set(name, entry);
    entry.record.then(
      (record) => {
        entry.id = record?.id ?? null;
      },
      () => {
        if (known.get(name) === entry) known.delete(name);
      },
    );
    return entry.record;
  };

  return {
    async find(key) {
      if (!looksLikeKey(key)) return null;
      const hash = hashKey(key);
      return remembered(hash, () => keys.findByHash(hash));
    },
    get: (id) => remembered(id, () => keys.get(id)),
    forget(id) {
      // A pending lookup may have read the row before the change.
      for (const [name, entry] of known) {
        if (entry.id === id || entry.id === null || name === id) known.delete(name);
      }
    },
  };
}
