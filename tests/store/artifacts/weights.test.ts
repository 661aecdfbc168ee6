import { describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { JobStatus } from '#contracts/jobs/job.ts';
import type { NewWeights } from '#store/store.ts';
import { bytesOf, newJob, newSpec } from '../../support/jobs.ts';
import { runSql } from '../../support/postgres.ts';
import { useStore } from '../../support/store.ts';

const { store, url } = useStore();

const newWeights = (): NewWeights => ({
  id: newId('weights'),
  name: 'pretrained',
  tensors: [{ key: 'fc1.weight', dtype: 'F32', shape: [2, 2] }],
  file: Buffer.from('the file'),
});

/** A job that starts from these weights. */
function jobFrom(weights: string) {
  const job = newJob();
  const spec = newSpec(job.dataset!.id);
  return { ...job, spec: { ...spec, model: { ...spec.model, weights } } };
}

describe('weights', () => {
  test('are read as they were created, with their file', async () => {
    const input = newWeights();
    const weights = await store().weights.create(input);
    expect(weights).toMatchObject({ id: input.id, name: 'pretrained', tensors: input.tensors, bytes: 8 });
    expect(await store().weights.get(input.id)).toEqual(weights);
    expect(await bytesOf(store(), weights.artifact)).toEqual(input.file);
    expect(await store().artifacts.find(weights.artifact)).toEqual({
      id: weights.artifact,
      bytes: 8,
      sha256: weights.sha256,
    });
  });

  test('leave nothing behind if the file breaks off', async () => {
    const input = newWeights();
    const file = (async function* () {
      yield Buffer.alloc(10);
      throw new Error('cut off');
    })();
    await expect(store().weights.create({ ...input, file })).rejects.toThrow('cut off');
    expect(await store().weights.get(input.id)).toBeNull();
  });

  test('with an unknown id are null', async () => {
    expect(await store().weights.get('w_unknown')).toBeNull();
    expect(await store().artifacts.find('art_unknown')).toBeNull();
  });
});

describe('delete', () => {
  const over = new Set<JobStatus>(['succeeded', 'failed', 'cancelled']);
  test.each(JobStatus.options)('while a job that starts from them is %s', async (status) => {
    const { id, artifact } = await store().weights.create(newWeights());
    const job = await store().jobs.create(jobFrom(id));
    await runSql(url(), `UPDATE job SET status = '${status}' WHERE id = '${job.id}'`);
    if (!over.has(status)) {
      await expect(store().weights.delete(id)).rejects.toMatchObject({
        code: 'weights_in_use',
        message: expect.stringContaining(job.id),
      });
      expect(await store().weights.get(id)).not.toBeNull();
      return;
    }
    await store().weights.delete(id);
    expect(await store().weights.get(id)).toBeNull();
    expect(await store().artifacts.find(artifact)).toBeNull();
    // The job still names the weights it started from.
    expect((await store().jobs.get(job.id))?.spec.model.weights).toBe(id);
  });

  test('of unknown weights is not_found', async () => {
    await expect(store().weights.delete('w_unknown')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('racing with the creation of a job: exactly one of the two is refused', async () => {
    for (let i = 0; i < 20; i++) {
      const { id } = await store().weights.create(newWeights());
      const [created, deleted] = await Promise.allSettled([
        store().jobs.create(jobFrom(id)),
        store().weights.delete(id),
      ]);
      expect([created.status, deleted.status].sort()).toEqual(['fulfilled', 'rejected']);
      if (created.status === 'rejected') {
        expect(created.reason).toMatchObject({ details: [{ param: 'model.weights', code: 'not_found' }] });
      }
      expect((await store().weights.get(id)) === null).toBe(created.status === 'rejected');
    }
  });
});
