import { expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '#contracts/keys/key-limits.ts';
import type { KeyRecord } from '#store/store.ts';
import { openKeyRing } from '../../../services/api/keys/key-ring.ts';
import { hashKey, newSecret } from '../../../services/api/keys/secret.ts';

function shelf() {
  const rows = new Map<string, KeyRecord>();
  const asked: string[] = [];
  let now = 0;
  const add = () => {
    const { key, hash, hint } = newSecret();
    const row = { id: `key_${rows.size}`, name: 'x', tenant: 'acme', hint, createdAt: new Date(0) };
    const limits = DEFAULT_LIMITS;
    rows.set(hash, { ...row, limits, lastUsedAt: null, revokedAt: null });
    return key;
  };
  const findByHash = async (hash: string) => {
    asked.push(hash);
    return rows.get(hash) ?? null;
  };
  const ring = openKeyRing({ findByHash, get: async () => null }, { now: () => now, most: 3 });
  return { rows, asked, add, ring, pass: (ms: number) => (now += ms) };
}

it('queries the store for a key at most once a second, however often it is presented', async () => {
  const { ring, add, asked, pass } = shelf();
  const key = add();
  for (let i = 0; i < 5; i++) expect((await ring.find(key))?.tenant).toBe('acme');
  expect(asked).toHaveLength(1);
  pass(1_001);
  await ring.find(key);
  expect(asked).toHaveLength(2);
});

it('never queries the store for a malformed key', async () => {
  const { ring, asked } = shelf();
  for (const text of ['', 'epochd_', 'epochd_short', `epochd_${'u'.repeat(32)}`, 'x'.repeat(39)]) {
    expect(await ring.find(text)).toBeNull();
  }
  expect(asked).toEqual([]);
});

it('drops a revoked key from its cache at once', async () => {
  const { ring, add, rows } = shelf();
  const key = add();
  const row = (await ring.find(key))!;
  rows.set(hashKey(key), { ...row, revokedAt: new Date(1) });
  expect((await ring.find(key))?.revokedAt).toBeNull();
  ring.forget(row.id);
  expect((await ring.find(key))?.revokedAt).toEqual(new Date(1));
});

it('does not cache a lookup that was pending when its key was revoked', async () => {
  const { key, hash, hint } = newSecret();
  const row = { id: 'key_0', name: 'x', tenant: 'acme', hint, createdAt: new Date(0), lastUsedAt: null };
  const valid: KeyRecord = { ...row, limits: DEFAULT_LIMITS, revokedAt: null };
  const revoked = { ...valid, revokedAt: new Date(1) };
  const late = Promise.withResolvers<KeyRecord>();
  const replies = [late.promise, Promise.resolve(revoked)];
  const findByHash = async (asked: string) => (asked === hash ? replies.shift()! : null);
  const ring = openKeyRing({ findByHash, get: async () => null });
  const first = ring.find(key);
  ring.forget(valid.id);
  late.resolve(valid);
  expect(await first).toEqual(valid);
  expect(await ring.find(key)).toEqual(revoked);
});

it('caches a bounded number of keys, including unknown ones', async () => {
  const { ring, add, asked } = shelf();
  const key = add();
  await ring.find(key);
  for (let i = 0; i < 3; i++) await ring.find(newSecret().key);
  await ring.find(key);
  expect(asked).toHaveLength(5);
});

it('does not cache failures', async () => {
  let fail = true;
  const findByHash = async () => {
    if (fail) throw new Error('away');
    return null;
  };
  const ring = openKeyRing({ findByHash, get: async () => null });
  const { key } = newSecret();
  await expect(ring.find(key)).rejects.toThrow('away');
  fail = false;
  expect(await ring.find(key)).toBeNull();
});
