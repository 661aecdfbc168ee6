// A job's events after a cursor: first the stored ones, then new ones as they come, each exactly once. New events are read once for all
// readers (feed.ts).

import type { Heartbeat, JobEvent } from '#contracts/jobs/events.ts';
import { isTerminal } from '#contracts/jobs/job.ts';
import type { ProgressFrame } from '#contracts/jobs/progress.ts';
import type { JobRecord } from '#store/store.ts';
import type { Context } from '../context.ts';
import { progressOf } from '../present/job.ts';
import { type FeedStore, joinFeed } from './feed.ts';
import { makeNotifier } from './notifier.ts';

/** done: the job ended and every event was sent; gone: it was deleted; stopped: the reader left or the app is closing. */
export type Ending = 'done' | 'gone' | 'stopped';

export type Message = JobEvent | Heartbeat | ProgressFrame;

/** Encodes an event once for all readers, so that an event waiting to be sent to many of them is in memory only once. */
export function encodeOnce(encode: (message: Message) => string): (message: Message) => Buffer {
  const encoded = new WeakMap<Message, Buffer>();
  return (message) => {
    const bytes = encoded.get(message) ?? Buffer.from(encode(message));
    if (message.object === 'job.event') encoded.set(message, bytes);
    return bytes;
  };
}

function progressFrame(job: JobRecord): ProgressFrame {
  const { id, attempt, lastSeq } = job;
  return { object: 'job.progress', job_id: id, seq: lastSeq, attempt, data: progressOf(job) };
}

export interface FollowParts extends Pick<Context, 'tuning'>, Partial<Pick<Context, 'measures'>> {
  store: FeedStore;
}

export async function* follow(
  { store, tuning, measures }: FollowParts,
  jobId: string,
  after: number,
  stop: AbortSignal,
): AsyncGenerator<readonly Message[], Ending> {
  const notifier = makeNotifier();
  const feed = await joinFeed(store, jobId, notifier.notify);
  try {
    let cursor = after;
    let caughtUp = false; // events written before that were not late
    let told = 0; // the step of the last progress frame
    while (!stop.aborted) {
      const live = feed.after(cursor);
      const events = live ?? (await feed.page(cursor));
      const last = events.at(-1);
      if (last !== undefined) {
        if (caughtUp) for (const { ts } of events) measures?.eventLag((Date.now() - ts) / 1000);
        yield events;
        if (last.type === 'done') return 'done';
        cursor = last.seq;
        continue;
      }
      // If the events requested from the database do not exist, neither does the job.
      const job = live === null ? null : feed.job();
      if (job === null) return 'gone';
      if (job.lastSeq <= cursor) {
        if (isTerminal(job.status)) return 'done';
        if (job.progress.runningLoss !== null && job.progress.step !== told) {
          told = job.progress.step;
          yield [progressFrame(job)];
        }
      }
      caughtUp = true;
      if (!(await notifier.wait(tuning.heartbeatMs, stop)) && !stop.aborted) {
        feed.look(tuning.heartbeatMs / 2);
        yield [{ object: 'heartbeat', job_id: jobId, last_seq: cursor }];
      }
    }
    return 'stopped';
  } finally {
    feed.leave();
  }
}
