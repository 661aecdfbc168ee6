import { describe, expect, it } from 'vitest';
import { Residents } from '#training/predict/residents.ts';

/** A model of the given size that counts its loads and disposals. */
function source(bytes: number) {
  const seen = { loads: 0, disposed: 0, grown: 0 };
  const load = async () => {
    seen.loads++;
    return {
      get bytes() {
        return bytes + seen.grown;
      },
      dispose() {
        seen.disposed++;
      },
    };
  };
  return { seen, load };
}
const nothing = async () => {};

describe('cached models', () => {
  it('are loaded once for concurrent requests', async () => {
    const residents = new Residents(100);
    const { seen, load } = source(10);
    await Promise.all(Array.from({ length: 5 }, () => residents.use('a', load, nothing)));
    await residents.use('a', load, nothing);
    expect(seen).toMatchObject({ loads: 1, disposed: 0 });
  });

  it('stay within the memory limit by evicting the least recently used', async () => {
    const residents = new Residents(25);
    const models = { a: source(10), b: source(10), c: source(10) };
    for (const id of ['a', 'b', 'a', 'c', 'a', 'b'] as const)
      await residents.use(id, models[id].load, nothing);
    expect(Object.values(models).map(({ seen }) => seen.loads)).toEqual([1, 2, 1]);
    expect(residents.bytes).toBe(20);
  });

  it('are evicted when one of them grows', async () => {
    const residents = new Residents(25);
    const [a, b] = [source(10), source(10)];
    await residents.use('a', a.load, nothing);
    await residents.use('b', b.load, async () => {
      b.seen.grown = 10;
    });
    expect([a.seen.disposed, b.seen.disposed]).toEqual([1, 0]);
    expect(residents.bytes).toBe(20);
  });

  it('can be used even if one exceeds the limit', async () => {
    const residents = new Residents(1);
    const { seen, load } = source(10);
    expect(await residents.use('a', load, async ({ bytes }) => bytes)).toBe(10);
    expect(seen.disposed).toBe(1);
    expect(residents.bytes).toBe(0);
  });

  it('are not disposed while in use, even if forgotten', async () => {
    const residents = new Residents(100);
    const { seen, load } = source(10);
    await residents.use('a', load, async () => {
      residents.forget('a');
      expect(seen.disposed).toBe(0);
    });
    expect(seen.disposed).toBe(1);
    await residents.use('a', load, nothing);
    expect(seen.loads).toBe(2);
  });

  it('are loaded again after a failed load', async () => {
    const residents = new Residents(100);
    const fails = () => Promise.reject(new Error('the database is away'));
    await expect(residents.use('a', fails, nothing)).rejects.toThrow('the database is away');
    const { load, seen } = source(10);
    await residents.use('a', load, nothing);
    expect(seen.loads).toBe(1);
  });
});
