import { expect, test } from 'vitest';
import { openDatabase } from '#store/database.ts';
import { sweepJobs } from '#store/retention.ts';
import { createJob, newJob, trained } from '../support/jobs.ts';
import { quietLog } from '../support/log.ts';
import { runSql } from '../support/postgres.ts';
import { useStore } from '../support/store.ts';

const { store, url } = useStore();
const never = new AbortController().signal;

async function endedJob(daysAgo: number): Promise<string> {
  const { id } = await createJob(store());
  const { lease } = (await store().jobs.claim(id, 'w', 60))!;
  await store().jobs.finish(lease, { status: 'succeeded', stopReason: 'completed', ...trained('the model') });
  await runSql(url(), `UPDATE job SET finished_at = now() - interval '${daysAgo} days' WHERE id = '${id}'`);
  return id;
}

test('jobs that ended before the retention period are deleted with their bytes; younger and unfinished ones stay', async () => {
  await using parts = new AsyncDisposableStack();
  const database = await openDatabase({ url: url(), log: quietLog, patienceMs: 1000 });
  parts.defer(() => database.close());
  const old = [await endedJob(31), await endedJob(400)];
  const young = await endedJob(29);
  const waiting = (await store().jobs.create(newJob())).id;
  await runSql(url(), `UPDATE job SET created_at = now() - interval '90 days' WHERE id = '${waiting}'`);

  const swept = await sweepJobs(database, store().jobs, 30, never);
  expect(swept).toEqual({ jobs: 2, bytesFreed: 2 * 'the model'.length });
  for (const id of old) expect(await store().jobs.get(id)).toBeNull();
  expect((await store().jobs.get(young))?.status).toBe('succeeded');
  expect((await store().jobs.get(waiting))?.status).toBe('queued');
  expect(await sweepJobs(database, store().jobs, 30, never)).toEqual({ jobs: 0, bytesFreed: 0 });
});

test('concurrent sweeps delete each job once', async () => {
  await using parts = new AsyncDisposableStack();
  const database = await openDatabase({ url: url(), log: quietLog, patienceMs: 1000 });
  parts.defer(() => database.close());
  for (let i = 0; i < 4; i++) await endedJob(99);
  const both = await Promise.all([0, 1].map(() => sweepJobs(database, store().jobs, 30, never)));
  expect(both.reduce((sum, { jobs }) => sum + jobs, 0)).toBe(4);
});
