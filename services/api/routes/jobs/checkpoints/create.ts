// POST /jobs/{id}/checkpoint: one more, now.

import { Problem } from '#contracts/errors.ts';
import { Checkpoint } from '#contracts/jobs/checkpoint.ts';
import { isTerminal } from '#contracts/jobs/job.ts';
import type { CheckpointRecord, TenantStore } from '#store/store.ts';
import type { Route } from '../../../context.ts';
import { findJob } from '../../../lookup.ts';
import { presentCheckpoint } from '../../../present/checkpoint.ts';
import { IdParams } from '../../../schemas.ts';
import { makeNotifier } from '../../../stream/notifier.ts';

/** A step of a large network takes seconds, and so does storing its state. */
const PATIENCE_MS = 30_000;

/** Waits for a checkpoint written after `at`. */
async function writtenAfter(
  store: TenantStore,
  closing: AbortSignal,
  id: string,
  at: Date,
): Promise<CheckpointRecord> {
  const deadline = Date.now() + PATIENCE_MS;
  const notifier = makeNotifier();
  const unsubscribe = await store.events.subscribe(id, notifier.notify);
  try {
    for (;;) {
      const newest = await store.checkpoints.latest(id);
      if (newest !== null && newest.createdAt > at) return newest;
      const { status } = await findJob(store, id);
      if (isTerminal(status)) {
        throw new Problem(
          'conflict',
          `the job ${status} in the meantime; its weights are at /jobs/${id}/weights`,
        );
      }
      const left = deadline - Date.now();
      if (left <= 0 || closing.aborted) {
        throw new Problem(
          'unavailable',
          'no checkpoint has been written yet; the worker has been asked to write one: try again later',
        );
      }
      await notifier.wait(left, closing);
    }
  } finally {
    unsubscribe();
  }
}

const route: Route = (app, { storeOf, closing }) => {
  app.post(
    '/jobs/:id/checkpoint',
    {
      schema: {
        operationId: 'createCheckpoint',
        tags: ['checkpoints'],
        summary: 'Write a checkpoint now',
        description:
          'Replies when it is stored, usually within a second. Rejected with 409 if the job is not running.',
        params: IdParams,
        response: { 201: Checkpoint },
      },
    },
    async (request, reply) => {
      const store = storeOf(request);
      const { id } = await findJob(store, request.params.id);
      const record = await writtenAfter(store, closing, id, await store.checkpoints.request(id));
      return reply
        .code(201)
        .header('location', `/jobs/${id}/checkpoints/${record.id}`)
        .send(presentCheckpoint(record, record));
    },
  );
};
export default route;
