// A job's events from a cursor on: first the rows that are there, then the ones that come, none missed and none
// twice, because both are the same query. The subscription says only when to ask again.

import type { Heartbeat, JobEvent } from '#contracts/events.ts';
import { isTerminal } from '#contracts/job.ts';
import type { ProgressFrame } from '#contracts/progress.ts';
import type { JobRecord, TenantStore } from '#store/store.ts';
import type { Context } from '../context.ts';
import { progressOf } from '../present/job.ts';
import { makeBell } from './bell.ts';

/** done: the job is over and all was told; gone: it was deleted; stopped: the reader left, or we close. */
export type Ending = 'done' | 'gone' | 'stopped';

export type Message = JobEvent | Heartbeat | ProgressFrame;

/** Rows of one query, and so what a slow reader can make us hold. */
const BATCH = 256;

function progressFrame(job: JobRecord): ProgressFrame {
  const { id, attempt, lastSeq } = job;
  return { object: 'job.progress', job_id: id, seq: lastSeq, attempt, data: progressOf(job) };
}

export interface FollowParts extends Pick<Context, 'tuning'>, Partial<Pick<Context, 'measures'>> {
  store: Pick<TenantStore, 'events' | 'jobs'>;
}

export async function* follow(
  { store, tuning, measures }: FollowParts,
  jobId: string,
  after: number,
  stop: AbortSignal,
): AsyncGenerator<Message[], Ending> {
  const bell = makeBell();
  const unsubscribe = await store.events.subscribe(jobId, bell.ring);
  try {
    let cursor = after;
    let caughtUp = false; // what was written before that was not late
    let told = 0; // the step of the last frame of progress
    while (!stop.aborted) {
      const events = await store.events.list(jobId, { after: cursor, limit: BATCH });
      const last = events.at(-1);
      if (last !== undefined) {
        if (caughtUp) for (const { ts } of events) measures?.eventLag((Date.now() - ts) / 1000);
        yield events;
        if (last.type === 'done') return 'done';
        cursor = last.seq;
        if (events.length === BATCH) continue;
      } else {
        const job = await store.jobs.get(jobId);
        if (job === null) return 'gone';
        if (job.lastSeq > cursor) continue; // appended between the two queries
        if (isTerminal(job.status)) return 'done';
        if (job.progress.runningLoss !== null && job.progress.step !== told) {
          told = job.progress.step;
          yield [progressFrame(job)];
        }
      }
      caughtUp = true;
      if (!(await bell.wait(tuning.heartbeatMs, stop)) && !stop.aborted) {
        yield [{ object: 'heartbeat', job_id: jobId, last_seq: cursor }];
      }
    }
    return 'stopped';
  } finally {
    unsubscribe();
  }
}
