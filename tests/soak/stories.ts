// What users do with their jobs, each following a story derived from its number: post (often twice concurrently), cancel, pause and resume,
// request a checkpoint, delete. Whatever was acknowledged is recorded, because it must hold.

import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { JobEvent } from '#contracts/jobs/events.ts';
import { isTerminal } from '#contracts/jobs/job.ts';
import type { Job } from '#contracts/jobs/job-api.ts';
import type { Asker } from './ask.ts';
import type { Datasets } from './datasets.ts';
import type { Journal } from './journal.ts';
import type { Random } from './random.ts';
import { answerOf, type Kind, kinds, type Result, requestOf } from './requests.ts';

export interface Posted {
  name: string;
  kind: Kind;
  id: string;
  /** Its cancel was acknowledged, so it must end as cancelled. */
  cancelled: boolean;
  /** Its events, if its delete was acknowledged; it must be gone. */
  deleted: JobEvent[] | null;
}

export interface StoryTools {
  ask: Asker;
  datasets: Datasets;
  references: ReadonlyMap<Kind, Result>;
  journal: Journal;
  /** Called once the job exists, to attach readers. */
  onPosted(job: Posted): void;
}

const ALLOWED: Record<string, readonly number[]> = {
  cancel: [200, 409],
  pause: [200, 409],
  resume: [200, 409],
  checkpoint: [201, 409],
};

export async function tell(number: number, random: Random, tools: StoryTools): Promise<Posted> {
  const { ask, journal } = tools;
  const kind = random.one(kinds);
  const name = `soak-${number}`;
  const body = { ...requestOf(kind, tools.datasets), name };
  const headers = { 'idempotency-key': `key-${number}` };
  const twice = random.next() < 0.4;
  const post = (first: number) => ask('/jobs', { method: 'POST', body, headers, first });
  const answers = await Promise.all(twice ? [post(0), post(1)] : [post(random.one([0, 1]))]);
  const ids = new Set(answers.map((answer) => (answer.body as Job).id));
  for (const { status, body } of answers) {
    if (status !== 201) journal.violation(`POST /jobs: ${status} ${JSON.stringify(body)}`);
  }
  if (ids.size !== 1) journal.violation(`${name}: the same key made ${[...ids].join(' and ')}`);
  const posted: Posted = { name, kind, id: [...ids][0]!, cancelled: false, deleted: null };
  journal.note('posted', { ...posted, twice });
  tools.onPosted(posted);

  const act = async (action: keyof typeof ALLOWED) => {
    const answer = await ask(`/jobs/${posted.id}/${action}`, { method: 'POST', first: random.one([0, 1]) });
    journal.note(action, { id: posted.id, status: answer.status });
    // No 503 here: `ask` retries it. A checkpoint request returns it if a fault holds the job up for longer than the API waits.
    if (!ALLOWED[action]!.includes(answer.status)) {
      journal.violation(`${action} of ${posted.id}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.status < 300;
  };
  const pause = () => sleep(random.between(0, 4_000));
  /** Trained networks must answer during faults, too, with the reference's answers. */
  const question = async () => {
    const job = await ended(ask, posted.id);
    if (job.status !== 'succeeded') return;
    for (let i = 0; i < 3; i++) {
      const answer = await answerOf(ask, posted, kind);
      journal.note('answered', { id: posted.id });
      if (!isDeepStrictEqual(answer, tools.references.get(kind)!.answer)) {
        journal.violation(`${posted.id} (${kind}) answered ${JSON.stringify(answer)}`);
      }
      await pause();
    }
  };
  const story = random.next();
  if (story < 0.15) {
    await pause();
    posted.cancelled = await act('cancel');
    if (random.next() < 0.3) posted.cancelled ||= await act('cancel');
  } else if (story < 0.4) {
    await pause();
    await act('pause');
    await pause();
    if (random.next() < 0.3) posted.cancelled = await act('cancel');
    else await act('resume');
  } else if (story < 0.5) {
    await pause();
    await act('checkpoint');
  } else if (story < 0.65) {
    await ended(ask, posted.id);
    const told = await logOf(ask, posted.id);
    const answer = await ask(`/jobs/${posted.id}`, { method: 'DELETE' });
    // 404 if the reply to an earlier try was lost.
    if (answer.status === 204 || answer.status === 404) posted.deleted = told;
    else journal.violation(`DELETE ${posted.id}: ${answer.status} ${JSON.stringify(answer.body)}`);
    journal.note('deleted', { id: posted.id, status: answer.status });
  } else await question();
  return posted;
}

/** Waits until the job has ended, resuming it whenever it is paused. */
export async function ended(ask: Asker, id: string, withinMs = 1_800_000): Promise<Job> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const { status, body } = await ask(`/jobs/${id}`);
    if (status !== 200) throw new Error(`GET /jobs/${id}: ${status} ${JSON.stringify(body)}`);
    const job = body as Job;
    if (isTerminal(job.status)) return job;
    if (job.status === 'paused') await ask(`/jobs/${id}/resume`, { method: 'POST' });
    if (performance.now() > deadline) throw new Error(`${id} is still ${job.status}`);
    await sleep(250);
  }
}

/** All events of a job. */
export async function logOf(ask: Asker, id: string): Promise<JobEvent[]> {
  const events: JobEvent[] = [];
  for (;;) {
    const { body } = await ask(`/jobs/${id}/events?limit=1000&after=${events.length}`);
    events.push(...(body.data as JobEvent[]));
    if (!body.has_more) return events;
  }
}
