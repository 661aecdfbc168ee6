// Reads the per-epoch values of a job. They are written together with the epochs' events (leases.ts).

import type { Database } from '../database.ts';
import { jobInScope, type Scope } from '../scope.ts';
import type { HistoryBlock, HistoryStore } from './history-record.ts';

/** Rows per query. */
const PAGE = 64;

interface Row {
  firstEpoch: number;
  names: string[];
  data: Buffer;
}

/** In native byte order, which is little-endian on every platform that Node supports. */
export function packed({ values }: HistoryBlock): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

function toBlock({ firstEpoch, names, data }: Row): HistoryBlock {
  // Copied for alignment: a row's bytes may start at any offset, a Float64Array may not.
  return { firstEpoch, names, values: new Float64Array(new Uint8Array(data).buffer) };
}

/** The block truncated to epochs up to `to`. */
function until(block: HistoryBlock, to: number): HistoryBlock {
  const epochs = Math.max(0, to - block.firstEpoch + 1);
  return { ...block, values: block.values.subarray(0, epochs * block.names.length) };
}

export function openHistory({ pool }: Database, scope: Scope = null): HistoryStore {
  return {
    async *read(jobId, { from, to }) {
      const { rows: attempts } = await pool.query<{ attempt: number; first: number }>(
        `SELECT attempt, min(first_epoch) AS first FROM epoch_block
         WHERE job_id = $1 AND ${jobInScope('$1', '$2')} GROUP BY attempt ORDER BY attempt`,
        [jobId, scope],
      );
      for (const [i, { attempt }] of attempts.entries()) {
        // A later attempt measured its epochs again.
        const last = Math.min(to, ...attempts.slice(i + 1).map(({ first }) => first - 1));
        let cursor = 0;
        for (let full = true; full; ) {
          const { rows } = await pool.query<Row>(
            `SELECT first_epoch AS "firstEpoch", names, data FROM epoch_block
             WHERE job_id = $1 AND attempt = $2 AND first_epoch > $3 AND first_epoch <= $4 AND first_epoch + epochs > $5
             ORDER BY first_epoch LIMIT $6`,
            [jobId, attempt, cursor, last, from, PAGE],
          );
          for (const row of rows) yield until(toBlock(row), last);
          cursor = rows.at(-1)?.firstEpoch ?? cursor;
          full = rows.length === PAGE;
        }
      }
    },
  };
}
