import { expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { DEFAULT_LIMITS } from '#contracts/keys/key-limits.ts';
import { openDatabase } from '#store/database.ts';
import { openKeyUses } from '#store/keys/key-uses.ts';
import { createJob, newDataset } from '../support/jobs.ts';
import { quietLog } from '../support/log.ts';
import { runSql } from '../support/postgres.ts';
import { useStore } from '../support/store.ts';

const { store, url } = useStore();

const create = () => {
  const id = newId('key');
  return store().keys.create({
    id,
    name: 'laptop',
    tenant: 'acme',
    hash: `hash of ${id}`,
    hint: 'abcd',
    limits: DEFAULT_LIMITS,
  });
};

it('uses of keys are recorded in batches', async () => {
  const one = await create();
  const other = await create();
  const database = await openDatabase({ url: url(), log: quietLog, patienceMs: 1_000 });
  try {
    const uses = openKeyUses(database, 60_000);
    for (let i = 0; i < 100; i++) uses.add(one.id);
    expect((await store().keys.get(one.id))?.lastUsedAt).toBeNull();
    await uses.close();
    expect((await store().keys.get(one.id))?.lastUsedAt).toBeInstanceOf(Date);
    expect((await store().keys.get(other.id))?.lastUsedAt).toBeNull();
  } finally {
    await database.close();
  }
});

it('a key is revoked once, and keeps the time of it', async () => {
  const { id } = await create();
  const kept = await create();
  expect(await store().keys.revokedAmong([id, kept.id])).toEqual([]);
  const first = await store().keys.revoke(id);
  expect((await store().keys.revoke(id))?.revokedAt).toEqual(first?.revokedAt);
  expect(await store().keys.revokedAmong([id, kept.id, 'key_gone'])).toEqual([id, 'key_gone']);
  expect(await store().keys.revoke('key_gone')).toBeNull();
});

it('a tenant sees only its own rows, even if it names another one’s', async () => {
  const acme = store().forTenant('acme');
  const globex = store().forTenant('globex');
  const dataset = await acme.datasets.create(newDataset());
  const { id } = await createJob({ ...store(), ...acme } as never);
  expect((await acme.jobs.get(id))?.tenant).toBe('acme');
  expect(await globex.jobs.get(id)).toBeNull();
  expect((await globex.jobs.list({ limit: 10 })).items).toEqual([]);
  expect(await globex.events.list(id, { after: 0, limit: 10 })).toEqual([]);
  expect(await acme.events.list(id, { after: 0, limit: 10 })).toHaveLength(2);
  await expect(globex.jobs.requestCancel(id)).rejects.toMatchObject({ code: 'not_found' });
  await expect(globex.jobs.delete(id)).rejects.toMatchObject({ code: 'not_found' });
  await expect(globex.checkpoints.request(id)).rejects.toMatchObject({ code: 'not_found' });
  expect(await globex.datasets.get(dataset.id)).toBeNull();
  expect(await globex.datasets.preview(dataset.id)).toBeNull();
  await expect(globex.datasets.delete(dataset.id)).rejects.toMatchObject({ code: 'not_found' });
  expect((await store().jobs.get(id))?.id).toBe(id);
});

it('rows written by an older version belong to the default tenant', async () => {
  const { id } = await createJob(store());
  await runSql(
    url(),
    `INSERT INTO job (id, status, spec, parameters, total_steps, metadata)
     SELECT 'job_older', status, spec, parameters, total_steps, metadata FROM job WHERE id = '${id}'`,
  );
  expect((await store().forTenant('default').jobs.get('job_older'))?.tenant).toBe('default');
  expect(await store().forTenant('acme').jobs.get('job_older')).toBeNull();
});
