import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../../support/jobs.ts';
import { runSql } from '../../support/postgres.ts';
import { useStore } from '../../support/store.ts';

const { store, url } = useStore();
const MIB = 2 ** 20;

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function stored(): Promise<{ artifacts: number; chunks: number; bytes: number }> {
  const rows = await runSql<{ artifacts: number; chunks: number; bytes: number }>(
    url(),
    `SELECT (SELECT count(*)::int FROM artifact) AS artifacts, count(*)::int AS chunks,
            coalesce(sum(length(data)), 0)::int AS bytes FROM artifact_chunk`,
  );
  return rows[0]!;
}

describe('an artifact', () => {
  test.each([0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB, 3 * MIB + 17])(
    'of %i bytes is read as it was written',
    async (n) => {
      const content = randomBytes(n);
      const artifact = await store().artifacts.put(content);
      expect(artifact).toMatchObject({ bytes: n, sha256: sha256(content) });
      expect((await bytesOf(store(), artifact.id)).equals(content)).toBe(true);
      await store().artifacts.delete(artifact.id);
    },
  );

  test.each([1, 1000, MIB, 2.5 * MIB])('written in pieces of %i bytes is the same', async (size) => {
    const content = randomBytes(size === 1 ? 3000 : 4 * MIB + 5);
    async function* pieces() {
      // Reuses the same buffer, as a file reader may.
      const buffer = Buffer.alloc(size);
      for (let at = 0; at < content.length; at += size) {
        const length = content.copy(buffer, 0, at);
        yield buffer.subarray(0, length);
      }
    }
    const artifact = await store().artifacts.put(pieces());
    expect(artifact.sha256).toBe(sha256(content));
    expect((await bytesOf(store(), artifact.id)).equals(content)).toBe(true);
    await store().artifacts.delete(artifact.id);
  });

  test('is read one MiB at a time', async () => {
    const { id } = await store().artifacts.put(Buffer.alloc(2 * MIB + 1));
    const sizes: number[] = [];
    for await (const chunk of store().artifacts.read(id)) sizes.push(chunk.length);
    expect(sizes).toEqual([MIB, MIB, 1]);
    await store().artifacts.delete(id);
  });

  test('whose source fails midway is not kept', async () => {
    const before = await stored();
    async function* broken() {
      yield Buffer.alloc(2 * MIB);
      throw new Error('the line was cut');
    }
    await expect(store().artifacts.put(broken())).rejects.toThrow('the line was cut');
    expect(await stored()).toEqual(before);
  });

  test('frees its bytes when deleted, and deleting it again does nothing', async () => {
    const before = await stored();
    const { id } = await store().artifacts.put(randomBytes(2 * MIB));
    expect(await stored()).toEqual({
      artifacts: before.artifacts + 1,
      chunks: before.chunks + 2,
      bytes: before.bytes + 2 * MIB,
    });
    await store().artifacts.delete(id);
    await store().artifacts.delete(id);
    expect(await stored()).toEqual(before);
    await expect(bytesOf(store(), id)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('deleted while being read fails the read instead of truncating it', async () => {
    const { id } = await store().artifacts.put(randomBytes(3 * MIB));
    const reading = store().artifacts.read(id)[Symbol.asyncIterator]();
    await reading.next();
    await store().artifacts.delete(id);
    await expect(reading.next()).rejects.toMatchObject({ code: 'not_found' });
  });
});
