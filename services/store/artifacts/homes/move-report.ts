// Reports the progress of moving artifacts: the service writes it to its log, the command line to the terminal.

import type { StoreLog } from '../../interface.ts';
import type { Moved } from './move.ts';

export interface Amount {
  artifacts: number;
  bytes: number;
}

export interface MoveReport {
  begins(all: Amount): void;
  /** Called after each artifact. */
  progress(moved: Moved, all: Amount): void;
  /** The artifact stays in its old home. */
  failed(id: string, error: Error): void;
  /** Every artifact has been tried once. */
  ends(moved: Moved, all: Amount): void;
}

const EVERY_MS = 10_000;

/** @param to where larger artifacts go */
export function reportToLog(log: StoreLog, to: string): MoveReport {
  let toldAt = 0;
  return {
    begins(all) {
      toldAt = Date.now();
      log.info({ to, ...all }, 'moving artifacts');
    },
    progress(moved, all) {
      if (Date.now() - toldAt < EVERY_MS) return;
      toldAt = Date.now();
      log.info({ to, ...moved, of: all }, 'moving artifacts');
    },
    failed(id, error) {
      log.error({ err: error, artifact: id, to }, 'could not move an artifact; it stays where it is');
    },
    ends(moved, all) {
      log.info({ to, ...moved, of: all }, 'moved artifacts');
    },
  };
}
