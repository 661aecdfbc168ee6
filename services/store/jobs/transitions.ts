// The only way to write a job's status: a statement built from the table of legal transitions, which changes the row only if its current
// status allows it, and appends the events in the same statement.

import type { EventBody } from '#contracts/jobs/events.ts';
import { canMove, JobStatus, type StopReason } from '#contracts/jobs/job.ts';
import { JOB_COLUMNS } from './job-row.ts';

/** The statuses from which a job may move to `to`, as SQL. */
function sources(to: JobStatus): string {
  const from = JobStatus.options.filter((status) => canMove(status, to));
  if (from.length === 0) throw new Error(`no transition leads to ${to}`);
  return from.map((status) => `'${status}'`).join(', ');
}

const isLast = (status: JobStatus) => !JobStatus.options.some((next) => canMove(status, next));

/** A message to each of the tenant's webhooks, due at once and committed together with the end of the job. */
const DELIVER = `, delivered AS (
      INSERT INTO webhook_delivery (id, webhook_id, event, job_id, stop_reason, due_at)
      SELECT 'msg_' || replace(gen_random_uuid()::text, '-', ''), webhook.id, 'job.' || status, moved.id, stop_reason,
        clock_timestamp()
      FROM moved JOIN webhook ON webhook.tenant = moved.tenant AND disabled_at IS NULL
    )`;

export interface Move {
  to: JobStatus;
  /** The job, as SQL; $1 if omitted. */
  id?: string;
  /** Further assignments. Parameters of `set` and `where` start at $4. */
  set?: readonly string[];
  /** Further conditions. */
  where?: readonly string[];
}

/** $1 job id, $2 event types, $3 event data. Returns the job's row if it moved, and no row if the transition is illegal. */
export function transitionSql({ to, id = '$1', set = [], where = [] }: Move): string {
  const changes = [`status = '${to}'`, 'last_seq = last_seq + cardinality($2::text[])', ...set];
  const conditions = [`id = ${id}`, `status IN (${sources(to)})`, ...where];
  return `
    WITH moved AS (
      UPDATE job SET ${changes.join(', ')} WHERE ${conditions.join(' AND ')} RETURNING *
    ), appended AS (${insertEventsSql('moved')})${isLast(to) ? DELIVER : ''}
    SELECT ${JOB_COLUMNS} FROM moved`;
}

/** Inserts the events $2 (types), $3 (data). The row in `source` must already count them in last_seq. */
export function insertEventsSql(source: string): string {
  return `
      INSERT INTO job_event (job_id, seq, type, attempt, data)
      SELECT id, last_seq - cardinality($2::text[]) + ord, type, attempt, data::json
      FROM ${source}, unnest($2::text[], $3::text[]) WITH ORDINALITY AS event(type, data, ord)`;
}

/** The events as the parameters $2 and $3. */
export function eventParameters(bodies: readonly EventBody[]): [types: string[], data: string[]] {
  return [bodies.map((body) => body.type), bodies.map((body) => JSON.stringify(body.data))];
}

/** The event of a status and, for a final status, the event that ends the stream. */
export function statusEvents(
  status: JobStatus,
  stopReason: StopReason | null = null,
  message: string | null = null,
): EventBody[] {
  const statusEvent: EventBody = { type: 'status', data: { status, stop_reason: stopReason, message } };
  return isLast(status)
    ? [statusEvent, { type: 'done', data: { status, stop_reason: stopReason } }]
    : [statusEvent];
}
