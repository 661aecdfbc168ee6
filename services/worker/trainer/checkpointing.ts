// When a trainer writes a checkpoint: not in the first seconds, one at a time, and so seldom that writing and storing
// them stays a small part of the time, however short the epochs and however large the network.

import { closeSync, openSync, writeFileSync } from 'node:fs';
import type { Checkpoint } from '#training/fit.ts';
import type { FromTrainer } from './protocol.ts';

/** At least so long after the job's begin, or after the last one was stored. */
export const APART_MS = 2_000;
/** At least so many times as long as the last one took. */
const SHARE = 10;

export interface Checkpointing {
  /** Writes it, or lets it pass. */
  offer(checkpoint: Checkpoint): Promise<void>;
  /** The worker is done with the file. */
  stored(): void;
}

export function openCheckpointing(
  path: string,
  say: (message: FromTrainer) => void,
  now: () => number = () => performance.now(),
): Checkpointing {
  let pending: number | null = null;
  let notBefore = now() + APART_MS;
  const done = (began: number) => {
    notBefore = now() + Math.max(APART_MS, SHARE * (now() - began));
  };
  return {
    async offer({ epoch, step, file }) {
      if (pending !== null || now() < notBefore) return;
      const began = now();
      try {
        write(path, await file());
      } catch (error) {
        // A job does not fail for want of a checkpoint.
        done(began);
        return say({
          type: 'uncheckpointed',
          message: error instanceof Error ? error.message : String(error),
        });
      }
      pending = began;
      say({ type: 'checkpoint', epoch, step, path });
    },
    stored() {
      if (pending !== null) done(pending);
      pending = null;
    },
  };
}

function write(path: string, pieces: readonly Uint8Array[]): void {
  const file = openSync(path, 'w');
  try {
    for (const piece of pieces) writeFileSync(file, piece);
  } finally {
    closeSync(file);
  }
}
