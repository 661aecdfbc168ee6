import { expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { newDataset, newJob, newSpec } from '../../support/jobs.ts';
import { runSql } from '../../support/postgres.ts';
import { useStore } from '../../support/store.ts';

const { store, url } = useStore();

const count = async (table: string) =>
  (await runSql<{ n: number }>(url(), `SELECT count(*)::int AS n FROM ${table}`))[0]!.n;

/** Jobs on one dataset, which is created with the first. */
function folds(crossValidation: string) {
  const dataset = newDataset();
  const spec = newSpec(dataset.id);
  const { dataset: _, ...job } = newJob({ spec, crossValidation });
  return [1, 2, 3].map((n) => ({
    ...job,
    id: newId('job'),
    name: `fold ${n}`,
    ...(n === 1 && { dataset }),
  }));
}

test('several jobs are created together, in order and with the same creation time', async () => {
  const id = newId('cross-validation');
  const jobs = folds(id);
  const reply = (records: { id: string }[]) => ({ status: 201, body: `${records.length}`, headers: {} });
  const keep = { scope: 'POST /x', key: 'all', bodyHash: 'h', reply };
  const records = await store().jobs.createAll(jobs, keep);
  expect(records.map(({ name }) => name)).toEqual(['fold 1', 'fold 2', 'fold 3']);
  expect(new Set(records.map(({ createdAt }) => createdAt.getTime())).size).toBe(1);
  const listed = await store().jobs.list({ crossValidation: id, limit: 100 });
  expect(listed.items).toEqual(records.toReversed());
  expect(await store().idempotency.find('POST /x', 'all', 'h')).toMatchObject({ reply: { body: '3' } });
  for (const { id } of records) {
    const events = await store().events.list(id, { after: 0, limit: 10 });
    expect(events).toHaveLength(2);
  }
});

test('several jobs are created all or not at all', async () => {
  const before = { jobs: await count('job'), datasets: await count('dataset') };
  const [first, second, third] = folds(newId('cross-validation'));
  const last = { ...third!, spec: newSpec(newId('dataset')) };
  await expect(store().jobs.createAll([first!, second!, last])).rejects.toThrow(/no dataset ds_/);
  expect({ jobs: await count('job'), datasets: await count('dataset') }).toEqual(before);
});
