import { expect, test } from 'vitest';
import { Problem } from '#contracts/errors.ts';
import type { EventBody } from '#contracts/jobs/events.ts';
import type { CheckpointRecord, JobRecord, Store } from '#store/store.ts';
import { keepCheckpoints } from '../../services/worker/checkpoints.ts';
import { newSpec } from '../support/jobs.ts';
import { quietLog } from '../support/log.ts';

test('a checkpoint that the disk has no room for is told once, until one is stored again, and training goes on', async () => {
  let full = true;
  let stored = 0;
  const told: EventBody[] = [];
  const checkpoints = {
    async put() {
      if (full) throw new Problem('insufficient_storage', 'the disk has 1 MiB free');
      return true;
    },
  } as Partial<Store['checkpoints']> as Store['checkpoints'];
  const keeper = keepCheckpoints({
    checkpoints,
    job: { id: 'job_1', spec: newSpec('ds_1') } as JobRecord,
    lease: { jobId: 'job_1', token: 'token', attempt: 1 },
    recorder: { written: async () => true, open: (said) => void told.push(said) },
    trainer: { stored: () => void stored++ },
    log: quietLog,
    trace: { during: (_name, work) => work() },
    onLost: () => expect.unreachable(),
  });
  const keep = async (epoch: number) => {
    const best: CheckpointRecord['bestPlace'] = null;
    keeper.keep({ type: 'checkpoint', epoch, step: epoch, best, path: import.meta.filename } as never);
    await keeper.settled();
  };
  await keep(1);
  await keep(2);
  full = false;
  await keep(3);
  full = true;
  await keep(4);
  expect(stored).toBe(4);
  expect(told).toEqual(
    [1, 4].map((epoch) => ({
      type: 'log',
      data: {
        level: 'warn',
        message: `the checkpoint after ${epoch} finished epochs was not stored, and the job goes on: the disk has 1 MiB free`,
      },
    })),
  );
});
