import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { canMove, JobStatus } from '#contracts/jobs/job.ts';
import { eventParameters, statusEvents, transitionSql } from '#store/jobs/transitions.ts';
import { createJob } from '../../support/jobs.ts';
import { useStore } from '../../support/store.ts';

const { store, url } = useStore();

describe.each(JobStatus.options)('a job that is %s', (from) => {
  test.each(JobStatus.options)('becomes %s exactly if the contract allows it', async (to) => {
    const { id } = await createJob(store());
    const client = new pg.Client({ connectionString: url() });
    await client.connect();
    try {
      await client.query('UPDATE job SET status = $2 WHERE id = $1', [id, from]);
      const move = async () =>
        (await client.query(transitionSql({ to }), [id, ...eventParameters(statusEvents(to))])).rowCount ===
        1;
      if (JobStatus.options.some((status) => canMove(status, to))) {
        expect(await move()).toBe(canMove(from, to));
      } else {
        expect(() => transitionSql({ to })).toThrow(/no transition leads to/);
      }
    } finally {
      await client.end();
    }
    const moved = canMove(from, to);
    expect((await store().jobs.get(id))?.status).toBe(moved ? to : from);
    const told = await store().events.list(id, { after: 2, limit: 10 });
    expect(told.map((event) => event.type)).toEqual(moved ? statusEvents(to).map((body) => body.type) : []);
  });
});

test('terminal statuses are followed by done, and no others are', () => {
  const ends = JobStatus.options.filter((status) => statusEvents(status).at(-1)?.type === 'done');
  expect(ends).toEqual(['succeeded', 'failed', 'cancelled']);
});
