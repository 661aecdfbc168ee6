import { expect, test } from 'vitest';
import { runSql } from '../support/postgres.ts';
import { useStore } from '../support/store.ts';

const { store, url } = useStore();

test('a duty is taken by one of many callers, and again only after its interval', async () => {
  const ask = async (seconds: number) => {
    const tries = await Promise.all(Array.from({ length: 20 }, () => store().duties.take('sweep', seconds)));
    return tries.filter(Boolean).length;
  };
  expect(await ask(60)).toBe(1);
  expect(await ask(60)).toBe(0);
  await runSql(url(), `UPDATE duty SET taken_at = taken_at - interval '61 s'`);
  expect(await ask(60)).toBe(1);
  expect(await store().duties.take('another', 60)).toBe(true);
});
