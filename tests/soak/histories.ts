// Invariants of a job's log under any fault: pure functions, so that the checks themselves can be tested.

import type { JobEvent } from '#contracts/jobs/events.ts';
import { canMove, isTerminal, type JobStatus } from '#contracts/jobs/job.ts';
import type { Job } from '#contracts/jobs/job-api.ts';

/** The violations in the log of a job that has ended; empty if it is valid. */
export function checkLog(events: readonly JobEvent[]): string[] {
  const wrong: string[] = [];
  events.forEach(({ seq }, i) => {
    if (seq !== i + 1) wrong.push(`event ${i + 1} has the seq ${seq}`);
  });
  const statuses = events.flatMap((event) => (event.type === 'status' ? [event.data.status] : []));
  if (statuses[0] !== 'validating') wrong.push(`it begins as ${statuses[0]}`);
  statuses.slice(1).forEach((to, i) => {
    const from = statuses[i] as JobStatus;
    if (!canMove(from, to)) wrong.push(`it went from ${from} to ${to}`);
  });
  const ends = statuses.filter(isTerminal);
  if (ends.length !== 1) wrong.push(`it has ${ends.length} ends: ${ends.join(', ')}`);
  const dones = events.filter(({ type }) => type === 'done');
  if (dones.length !== 1 || events.at(-1)?.type !== 'done') wrong.push(`it has ${dones.length} done events`);
  return [...wrong, ...checkAttempts(events)];
}

/** Each attempt begins once and reports its epochs once, in order; a checkpoint follows the epochs that it contains. */
function checkAttempts(events: readonly JobEvent[]): string[] {
  const wrong: string[] = [];
  let attempt = 0;
  let epoch = 0;
  let furthest = 0;
  for (const event of events) {
    if (event.type === 'status' && event.data.status === 'running') {
      attempt += 1;
      epoch = 0;
    }
    if (event.attempt !== attempt)
      wrong.push(`event ${event.seq} is of attempt ${event.attempt}, not ${attempt}`);
    if (event.type === 'metrics') {
      const from = event.data.from_epoch ?? event.data.epoch;
      if (epoch !== 0 && from !== epoch + 1) {
        wrong.push(`attempt ${attempt} told epoch ${from} after ${epoch}`);
      }
      if (from > furthest + 1)
        wrong.push(`attempt ${attempt} begins at epoch ${from}, and ${furthest} was the last that was told`);
      epoch = event.data.epoch;
      furthest = Math.max(furthest, epoch);
    }
    if (event.type === 'checkpoint' && epoch !== 0 && event.data.epoch > epoch) {
      wrong.push(`the checkpoint of epoch ${event.data.epoch} came after epoch ${epoch}`);
    }
  }
  return wrong;
}

/**
 * The number of consecutive attempts ended by faults, up to the last event. A shutdown, a pause or an outage does not count, and an attempt
 * that added a checkpoint resets the count.
 */
export function faultsInARow(events: readonly JobEvent[]): number {
  let held: JobStatus | null = null;
  let count = 0;
  let furthest = 0;
  let madeProgress = false;
  for (const event of events) {
    if (event.type === 'checkpoint') {
      madeProgress ||= event.data.step > furthest;
      furthest = Math.max(furthest, event.data.step);
    }
    if (event.type !== 'status') continue;
    const { status, message } = event.data;
    if (status === 'running') madeProgress = false;
    if ((status === 'queued' || status === 'paused') && held !== null) {
      if (madeProgress) count = 0;
      else if (message !== null && !/^the (worker shut down|database was unreachable)/.test(message))
        count += 1;
    }
    if (status === 'failed') count = madeProgress ? 0 : count + 1;
    held = ['running', 'pausing', 'cancelling'].includes(status) ? status : null;
  }
  return count;
}

/** Compares the job that the API shows with its log. */
export function checkJob(
  job: Job,
  events: readonly JobEvent[],
  { maxAttempts }: { maxAttempts: number },
): string[] {
  const wrong: string[] = [];
  const begun = events.filter((event) => event.type === 'status' && event.data.status === 'running').length;
  const last = events.findLast((event) => event.type === 'status');
  if (last?.type === 'status' && last.data.status !== job.status) {
    wrong.push(`it is ${job.status}, and its log says ${last.data.status}`);
  }
  if (job.last_seq !== events.length) wrong.push(`last_seq is ${job.last_seq} of ${events.length} events`);
  if (job.attempt !== begun) wrong.push(`it is in attempt ${job.attempt}, and began ${begun} times`);
  if (job.status === 'failed') {
    const reasons = ['worker_lost', 'trainer_crashed'];
    const lost = faultsInARow(events);
    if (!reasons.includes(job.stop_reason ?? '')) wrong.push(`it failed: ${JSON.stringify(job.error)}`);
    else if (lost < maxAttempts)
      wrong.push(`it failed (${job.stop_reason}) after ${lost} of ${maxAttempts} faults in a row`);
  }
  return wrong;
}
