// Checkpoints that cannot be stored: the disk is full, or the database is unreachable while their file is removed.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Problem } from '#contracts/errors.ts';
import type { EventBody } from '#contracts/jobs/events.ts';
import type { CheckpointRecord, JobRecord, Store } from '#store/store.ts';
import { type CheckpointKeeperOptions, keepCheckpoints } from '../../services/worker/checkpoints.ts';
import { newSpec } from '../support/jobs.ts';
import { quietLog } from '../support/log.ts';

function keeperOf(
  checkpoints: Store['checkpoints'],
  parts: Pick<CheckpointKeeperOptions, 'recorder' | 'trainer'>,
) {
  return keepCheckpoints({
    ...parts,
    checkpoints,
    job: { id: 'job_1', spec: newSpec('ds_1') } as JobRecord,
    lease: { jobId: 'job_1', token: 'token', attempt: 1 },
    log: quietLog,
    trace: { during: (_name, work) => work() },
    onLost: () => expect.unreachable(),
  });
}

test('a checkpoint that does not fit on the disk is logged once until one is stored again, and training continues', async () => {
  let full = true;
  let stored = 0;
  const told: EventBody[] = [];
  const checkpoints = {
    async put() {
      if (full) throw new Problem('insufficient_storage', 'the disk has 1 MiB free');
      return true;
    },
  } as Partial<Store['checkpoints']> as Store['checkpoints'];
  const keeper = keeperOf(checkpoints, {
    recorder: { written: async () => true, open: (said) => void told.push(said) },
    trainer: { stored: () => void stored++ },
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
        message: `the checkpoint after ${epoch} finished epochs was not stored; training continues: the disk has 1 MiB free`,
      },
    })),
  );
});

// An uncaught error fails the whole run of the tests.
test('a checkpoint whose file is removed before the store reads it does not crash the worker', async () => {
  const missing = path.join(import.meta.dirname, 'removed.safetensors');
  const log: unknown[] = [];
  const checkpoints = {
    async put() {
      // By then, a stream that had been opened at once would have failed.
      await readFile(missing).catch(() => {});
      await readFile(missing).catch(() => {});
      throw new Error('the database does not answer');
    },
  } as Partial<Store['checkpoints']> as Store['checkpoints'];
  const keeper = keeperOf(checkpoints, {
    recorder: { written: async () => true, open: (said) => void log.push(said) },
    trainer: { stored: () => void log.push('stored') },
  });
  keeper.keep({ type: 'checkpoint', epoch: 1, step: 1, best: null, path: missing } as never);
  await keeper.settled();
  expect(log).toEqual(['stored']);
});
