// An API key as the store's interface represents it. The key itself is never stored, only its SHA-256.

import type { KeyLimits, SomeLimits } from '#contracts/keys/key-limits.ts';
import type { KeepReply } from '../interface.ts';
import type { Page, Paged } from '../page.ts';

export interface KeyRecord {
  id: string;
  name: string;
  tenant: string;
  /** The key's last characters. */
  hint: string;
  limits: KeyLimits;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

export interface NewKey extends Pick<KeyRecord, 'id' | 'name' | 'tenant' | 'hint' | 'limits'> {
  /** SHA-256, hexadecimal. */
  hash: string;
}

/** Omitted fields stay as they are. */
export interface KeyChange {
  name?: string | undefined;
  limits?: SomeLimits | undefined;
}

export interface KeyStore {
  /** Throws KeyTaken if another request has used the Idempotency-Key of `keep`. */
  create(key: NewKey, keep?: KeepReply<KeyRecord>): Promise<KeyRecord>;
  get(id: string): Promise<KeyRecord | null>;
  findByHash(hash: string): Promise<KeyRecord | null>;
  /** Newest first, including revoked ones. */
  list(page: Page): Promise<Paged<KeyRecord>>;
  /** Null if it does not exist. */
  change(id: string, change: KeyChange): Promise<KeyRecord | null>;
  /** Idempotent. Null if it does not exist. */
  revoke(id: string): Promise<KeyRecord | null>;
  /** Those among `ids` that are revoked or do not exist. */
  revokedAmong(ids: readonly string[]): Promise<string[]>;
  /** Records that it was just used: written a few seconds later, batched with others. */
  used(id: string): void;
}
