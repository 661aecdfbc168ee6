// Background maintenance of homes: one process at a time deletes orphaned objects, and moves artifacts if so configured.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../database.ts';
import type { DutyStore } from '../../interface.ts';
import { moveArtifacts } from './move.ts';
import { reportToLog } from './move-report.ts';
import { sweepObjects } from './objects.ts';

const SWEEP_SECONDS = 5;
/** Delay before retrying artifacts that could not be moved. */
const AGAIN_MS = 60_000;

export interface Tending {
  close(): Promise<void>;
}

export function tendHomes({
  homes,
  pool,
  transaction,
  disk,
  duties,
  move,
  log,
}: Pick<Database, 'homes' | 'pool' | 'transaction' | 'disk' | 'log'> & {
  duties: DutyStore;
  move: boolean;
}): Tending {
  const closing = new AbortController();
  const { signal } = closing;
  const pause = (ms: number) => sleep(ms, undefined, { signal, ref: false }).catch(() => {});

  const sweeping = async () => {
    while (!signal.aborted) {
      try {
        if (await duties.take('objects of artifacts', SWEEP_SECONDS)) {
          await sweepObjects(transaction, homes.byUrl, log, signal);
        }
      } catch (error) {
        log.warn({ err: error }, 'could not delete the objects of deleted artifacts');
      }
      await pause(SWEEP_SECONDS * 1_000);
    }
  };
  const moving = async () => {
    const report = reportToLog(log, homes.current?.url ?? 'Postgres');
    while (!signal.aborted) {
      try {
        const { failed } = await moveArtifacts({ pool, transaction, homes, disk }, signal, report);
        if (failed === 0) return;
      } catch (error) {
        log.warn({ err: error }, 'could not move artifacts; retrying');
      }
      await pause(AGAIN_MS);
    }
  };
  const work = [...(homes.byUrl.size > 0 ? [sweeping()] : []), ...(move ? [moving()] : [])];
  return {
    async close() {
      closing.abort();
      await Promise.all(work);
    },
  };
}
