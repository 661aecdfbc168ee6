// Which waiting job is next: the highest priority first; among those, the tenant with the fewest running jobs; among those, the job that
// has waited longest. A notification only says that some job waits: the worker that receives it claims whichever is next.
//
// Claims are serialized by a lock, so that each sees the ones before it: two concurrent claims would otherwise give the same tenant
// the turn, or exceed a key's limit of running jobs by one.

import type { Queryable, Transaction } from '../database.ts';
import { HELD } from '../jobs/leases.ts';

/** Must differ from the advisory locks of BullMQ and Prisma. */
const LOCK = 6_071_442;

/** A process that freezes mid-transaction is disconnected after 5 s, which releases the lock. */
const ENTER = `SELECT set_config('idle_in_transaction_session_timeout', '5000', true), pg_advisory_xact_lock(${LOCK})`;

const COUNTED = `
  busy AS MATERIALIZED (
    SELECT tenant, key_id, count(*) AS running FROM job WHERE status IN (${HELD}) GROUP BY tenant, key_id
  ), full_keys AS MATERIALIZED (
    SELECT api_key.id FROM api_key
    JOIN (SELECT key_id, sum(running) AS running FROM busy GROUP BY key_id) AS used ON used.key_id = api_key.id
    WHERE used.running >= (api_key.limits ->> 'running_jobs')::bigint
  )`;

/** The job's key is below its limit of running jobs. */
const MAY_RUN = '(key_id IS NULL OR key_id NOT IN (SELECT id FROM full_keys))';

/** Every waiting job that may run, oldest first. */
export const WAITING = `
  WITH ${COUNTED}
  SELECT id, attempt FROM job WHERE status = 'queued' AND ${MAY_RUN} ORDER BY id`;

// A recursive skip scan over the index (status, tenant, priority, id) finds the waiting tenants, so a long queue costs no more than a short
// one.
export const NEXT = `
  WITH RECURSIVE tenants AS (
    (SELECT tenant FROM job WHERE status = 'queued' ORDER BY tenant LIMIT 1)
    UNION ALL
    SELECT (SELECT tenant FROM job WHERE status = 'queued' AND tenant > tenants.tenant ORDER BY tenant LIMIT 1)
    FROM tenants WHERE tenant IS NOT NULL
  ), ${COUNTED}
  SELECT first.id FROM tenants
  CROSS JOIN LATERAL (
    SELECT id, priority FROM job
    WHERE status = 'queued' AND job.tenant = tenants.tenant
      AND ${MAY_RUN}
    ORDER BY priority DESC, id LIMIT 1
  ) AS first
  ORDER BY first.priority DESC,
    (SELECT coalesce(sum(running), 0) FROM busy WHERE busy.tenant = tenants.tenant), first.id
  LIMIT 1`;

/**
 * Runs `take` under the claim lock. `take` claims the job NEXT selects, in the same statement, and returns undefined if there was none to
 * move. Null if no waiting job may run. If `before`, which runs first under the lock, finds something, that is returned instead.
 */
export function takeNext<T>(
  transaction: Transaction,
  before: (client: Queryable) => Promise<T | undefined>,
  take: (client: Queryable) => Promise<T | undefined>,
): Promise<T | null> {
  return transaction(async (client) => {
    const found = await before(client);
    if (found !== undefined) return found;
    for (;;) {
      const taken = await take(client);
      if (taken !== undefined) return taken;
      // Either nothing is waiting, or the owner cancelled or paused the selected job between select and update: then try the next one.
      if ((await client.query(NEXT)).rowCount === 0) return null;
    }
  }, ENTER);
}
