// Where a job's next attempt can go on from. Written under the lease, like everything that a worker writes.

import type { EventBody } from '#contracts/events.ts';
import { writeArtifact } from './artifacts.ts';
import type { CheckpointStore } from './checkpoint-record.ts';
import type { Database } from './database.ts';
import type { Measured } from './job-record.ts';
import { HELD, LeaseLost } from './leases.ts';
import { eventParameters, tellSql } from './transitions.ts';
import type { Wakes } from './wakes.ts';

// The events of its epochs are in the log by then, so the row knows what was measured. Should it know a little more, the
// next attempt will measure the same again.
const PUT = `
  WITH held AS (
    UPDATE job SET last_seq = last_seq + cardinality($2::text[])
    WHERE id = $1 AND lease_token = $4 AND status IN (${HELD})
    RETURNING *
  ), told AS (${tellSql('held')}
  ), put AS (
    INSERT INTO checkpoint (job_id, attempt, epoch, step, latest, best, artifact)
    SELECT id, attempt, $5::int, $6::bigint, latest, best, $7 FROM held
  )
  SELECT 1 FROM held`;

const PRUNE = `
  WITH old AS (
    SELECT attempt, epoch FROM checkpoint WHERE job_id = $1 ORDER BY attempt DESC, epoch DESC OFFSET $2
  )
  DELETE FROM checkpoint USING old
  WHERE job_id = $1 AND checkpoint.attempt = old.attempt AND checkpoint.epoch = old.epoch
  RETURNING artifact`;

interface Row {
  attempt: number;
  epoch: number;
  step: string;
  latest: Measured | null;
  best: Measured | null;
  artifact: string;
}

export function openCheckpoints({ pool, transaction }: Database, wakes: Wakes): CheckpointStore {
  return {
    async put({ jobId, token }, { epoch, step, file, keepLast }) {
      try {
        await transaction(async (client) => {
          // The bytes go first: the row is locked for the last statements only, and a lost lease takes them back.
          const { id, bytes } = await writeArtifact(client, file);
          const event: EventBody = { type: 'checkpoint', data: { epoch, step, bytes } };
          const { rowCount } = await client.query(PUT, [
            jobId,
            ...eventParameters([event]),
            token,
            epoch,
            step,
            id,
          ]);
          if (rowCount === 0) throw new LeaseLost();
          const { rows } = await client.query<{ artifact: string }>(PRUNE, [jobId, keepLast]);
          const freed = rows.map(({ artifact }) => artifact);
          await client.query('DELETE FROM artifact WHERE id = ANY ($1)', [freed]);
        });
      } catch (error) {
        if (error instanceof LeaseLost) return false;
        throw error;
      }
      wakes.ring(jobId);
      return true;
    },

    async latest(jobId) {
      const { rows } = await pool.query<Row>(
        `SELECT attempt, epoch, step, latest, best, artifact FROM checkpoint WHERE job_id = $1
         ORDER BY attempt DESC, epoch DESC LIMIT 1`,
        [jobId],
      );
      if (rows[0] === undefined) return null;
      const { epoch, step, ...rest } = rows[0];
      return {
        ...rest,
        progress: { epoch, step: Number(step), etaSeconds: null, runningLoss: null, samplesPerSec: null },
      };
    },
  };
}
