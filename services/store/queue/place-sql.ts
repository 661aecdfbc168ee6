// A job's place in the queue, as SQL: the number of claims (turns.ts) that come before its own if no running job ends.
//
// Each claim takes the highest priority; within it, the tenant with the fewest running jobs; within that, the oldest job. It adds
// one to that tenant's running jobs. So within a priority a job's turn is the number of jobs that its tenant has running by then:
// those that run now, plus those of its own that are claimed earlier. The turns of a group (the jobs of one tenant and one
// priority) are consecutive, so a group is counted by its size, without sorting. Only jobs with the same turn are compared by age,
// and each group has at most one of those.
//
// A job whose key is at its limit of running jobs must wait for one of them to end, whatever else ends: it takes no turn, and is
// placed after all jobs that do, by priority and age.

import { HELD } from '../jobs/leases.ts';

/**
 * The waiting jobs whose keys have a limit. The lateral join forces the path from key to job by the key index: most jobs' keys have no
 * limit.
 */
const LIMITED = `
  SELECT job.id, tenant, priority, job.key_id, room, false AS new
  FROM room CROSS JOIN LATERAL (
    SELECT id, tenant, priority, key_id FROM job WHERE key_id = room.key_id AND status = 'queued' OFFSET 0
  ) AS job`;

/** Running jobs by tenant, and the jobs held back by their key's limit. */
const counted = (limited: string) => `
  held AS MATERIALIZED (
    SELECT tenant, key_id, count(*) AS running FROM job WHERE status IN (${HELD}) GROUP BY tenant, key_id
  ), room AS MATERIALIZED (
    SELECT id AS key_id, (limits ->> 'running_jobs')::bigint
      - (SELECT coalesce(sum(running), 0) FROM held WHERE held.key_id = api_key.id) AS room
    FROM api_key WHERE limits ->> 'running_jobs' IS NOT NULL
  ), held_back AS MATERIALIZED (
    SELECT id, tenant, priority, new FROM (
      SELECT *, row_number() OVER (PARTITION BY key_id ORDER BY priority DESC, new, id) AS place
      FROM (${limited}) AS limited
    ) AS of_keys WHERE place > room
  ), busy AS MATERIALIZED (
    SELECT tenant, sum(running) AS running FROM held GROUP BY tenant
  )`;

/** How many jobs of a group are claimed before turn `turn` of priority `priority`. */
const aheadOf = (priority: string, turn: string) => `
  (SELECT coalesce(sum(CASE
      WHEN groups.priority > ${priority} THEN jobs
      WHEN groups.priority = ${priority} THEN least(jobs, greatest(0, ${turn} - 1 - before))
      ELSE 0 END), 0) FROM groups)`;

const ALL = '(SELECT coalesce(sum(jobs), 0) FROM groups)';

/** Positions of those jobs among the ids $1 that are waiting. */
export const POSITIONS = `
  WITH ${counted(LIMITED)}, turns AS MATERIALIZED (
    SELECT id, tenant, priority, coalesce(running, 0) + row_number() OVER (PARTITION BY tenant ORDER BY priority DESC, id) AS turn
    FROM job LEFT JOIN busy USING (tenant)
    WHERE status = 'queued' AND id NOT IN (SELECT id FROM held_back)
  ), groups AS MATERIALIZED (
    SELECT priority, count(*) AS jobs, min(turn) - 1 AS before FROM turns GROUP BY tenant, priority
  ), asked AS MATERIALIZED (SELECT * FROM turns WHERE id = ANY ($1)
  ), equals AS (
    SELECT asked.id, count(*) AS older FROM asked JOIN turns USING (priority, turn)
    WHERE turns.id < asked.id GROUP BY asked.id
  )
  SELECT id, (1 + ${aheadOf('asked.priority', 'turn')} + coalesce(older, 0))::int AS position, false AS "heldBack"
  FROM asked LEFT JOIN equals USING (id)
  UNION ALL
  SELECT id, (1 + ${ALL} + (
    SELECT count(*) FROM held_back AS other
    WHERE other.priority > mine.priority OR other.priority = mine.priority AND other.id < mine.id
  ))::int, true
  FROM held_back AS mine WHERE id = ANY ($1)`;

/** Position of a job if it were created now, as the youngest: $1 tenant, $2 priority, $3 key. */
export const NEXT_POSITION = `
  WITH ${counted(`${LIMITED}
    UNION ALL SELECT 'new', $1, $2::int, key_id, room, true FROM room WHERE key_id = $3`)}, sizes AS (
    SELECT tenant, priority, count(*) AS jobs FROM job WHERE status = 'queued' GROUP BY tenant, priority
    UNION ALL SELECT tenant, priority, -count(*) FROM held_back WHERE NOT new GROUP BY tenant, priority
  ), groups AS MATERIALIZED (
    SELECT tenant, priority, sum(jobs) AS jobs,
      coalesce(min(running), 0) + sum(sum(jobs)) OVER (PARTITION BY tenant ORDER BY priority DESC) - sum(jobs) AS before
    FROM sizes LEFT JOIN busy USING (tenant) GROUP BY tenant, priority
  ), mine AS (
    SELECT EXISTS (SELECT FROM held_back WHERE new) AS held_back,
      coalesce((SELECT running FROM busy WHERE tenant = $1), 0) + 1
        + coalesce((SELECT sum(jobs) FROM groups WHERE tenant = $1 AND priority >= $2::int), 0) AS turn
  )
  SELECT 'new' AS id, held_back AS "heldBack", (1 + CASE
    WHEN held_back THEN ${ALL} + (SELECT count(*) FROM held_back AS other WHERE NOT new AND priority >= $2::int)
    ELSE ${aheadOf('$2::int', '(turn + 1)')}
  END)::int AS position FROM mine`;
