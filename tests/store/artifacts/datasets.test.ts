import { describe, expect, test } from 'vitest';
import type { JobStatus } from '#contracts/jobs/job.ts';
import { bytesOf, createJob, newDataset, newJob, newSpec } from '../../support/jobs.ts';
import { runSql } from '../../support/postgres.ts';
import { useStore } from '../../support/store.ts';

const { store, url } = useStore();

describe('a dataset', () => {
  test('is read as it was created, with its table and its preview', async () => {
    const input = newDataset();
    const dataset = await store().datasets.create(input);
    expect(dataset).toMatchObject({ id: input.id, name: 'points', info: input.info, bytes: 9 });
    expect(await store().datasets.get(input.id)).toEqual(dataset);
    expect(await store().datasets.preview(input.id)).toEqual(input.preview);
    expect(await bytesOf(store(), dataset.artifact)).toEqual(input.table);
  });

  test('with an unknown id is null', async () => {
    expect(await store().datasets.get('ds_unknown')).toBeNull();
    expect(await store().datasets.preview('ds_unknown')).toBeNull();
  });

  test('with equal bytes has an equal checksum', async () => {
    const [a, b] = [await store().datasets.create(newDataset()), await store().datasets.create(newDataset())];
    expect(a.sha256).toBe(b.sha256);
    expect(a.artifact).not.toBe(b.artifact);
  });

  test('is listed newest first, in pages', async () => {
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.unshift((await store().datasets.create(newDataset())).id);
    const first = await store().datasets.list({ limit: 3 });
    expect(first.items.map((dataset) => dataset.id)).toEqual(made.slice(0, 3));
    expect(first.hasMore).toBe(true);
    const second = await store().datasets.list({ limit: 2, after: made[2] });
    expect(second.items.map((dataset) => dataset.id)).toEqual(made.slice(3));
  });
});

describe('delete', () => {
  const allowed: Record<JobStatus, boolean> = {
    validating: false,
    queued: false,
    running: false,
    pausing: false,
    paused: false,
    cancelling: false,
    succeeded: true,
    failed: true,
    cancelled: true,
  };

  test.each(Object.entries(allowed))('of a dataset whose job is %s is allowed: %s', async (status, may) => {
    const job = await createJob(store());
    await runSql(url(), `UPDATE job SET status = '${status}' WHERE id = '${job.id}'`);
    const id = job.spec.dataset;
    const dataset = (await store().datasets.get(id))!;
    if (!may) {
      await expect(store().datasets.delete(id)).rejects.toMatchObject({
        code: 'dataset_in_use',
        message: expect.stringContaining(job.id),
      });
      expect(await store().datasets.get(id)).toEqual(dataset);
      return;
    }
    await store().datasets.delete(id);
    expect(await store().datasets.get(id)).toBeNull();
    await expect(bytesOf(store(), dataset.artifact)).rejects.toMatchObject({ code: 'not_found' });
    // The job still names its dataset.
    expect((await store().jobs.get(job.id))?.spec.dataset).toBe(id);
  });

  test.each(['validation', 'test'] as const)(
    'of a dataset that a job uses for %s is refused until the job has ended',
    async (part) => {
      const { id } = await store().datasets.create(newDataset());
      const job = newJob();
      job.spec.training[part] = { dataset: id };
      await store().jobs.create(job);
      await expect(store().datasets.delete(id)).rejects.toMatchObject({ code: 'dataset_in_use' });
      await runSql(url(), `UPDATE job SET status = 'succeeded' WHERE id = '${job.id}'`);
      await store().datasets.delete(id);
      const late = newJob();
      late.spec.training[part] = { dataset: id };
      await expect(store().jobs.create(late)).rejects.toMatchObject({
        details: [{ param: `training.${part}.dataset`, code: 'not_found' }],
      });
    },
  );

  test('of an unknown dataset is not_found', async () => {
    await expect(store().datasets.delete('ds_unknown')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('racing with the creation of a job: exactly one of the two is refused', async () => {
    for (let i = 0; i < 20; i++) {
      const dataset = await store().datasets.create(newDataset());
      const job = newJob({ spec: newSpec(dataset.id) });
      delete job.dataset;
      const [created, deleted] = await Promise.allSettled([
        store().jobs.create(job),
        store().datasets.delete(dataset.id),
      ]);
      expect([created.status, deleted.status].sort()).toEqual(['fulfilled', 'rejected']);
      expect((await store().datasets.get(dataset.id)) === null).toBe(created.status === 'rejected');
    }
  });
});
