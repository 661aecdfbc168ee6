// When a trainer writes checkpoints: not in the first seconds, one at a time, and rarely enough that writing and storing them stays a small
// fraction of the run time, however short the epochs and however large the network. A checkpoint that the user requested, or that precedes
// a pause, is always written.

import { closeSync, openSync, writeFileSync } from 'node:fs';
import type { Checkpoint } from '#training/run/fit.ts';
import type { FromTrainer } from './protocol.ts';

/** Minimum time since the job started or since the last checkpoint was stored. */
export const APART_MS = 2_000;
/** The pause before the next checkpoint is at least this many times as long as the last one took. */
const SHARE = 10;

export interface Checkpointing {
  /** Writes the checkpoint if one is due or requested; otherwise does nothing. */
  offer(checkpoint: Checkpoint): Promise<void>;
  /** Whether one should be written before the end of the epoch. */
  isWanted(): boolean;
  /** Forces the next one, and soon. */
  request(): void;
  /** The worker no longer needs the file. */
  stored(): void;
}

export interface CheckpointingOptions {
  /** The file to write to. */
  path: string;
  /** Interval between checkpoints within an epoch. */
  everySeconds: number;
  send(message: FromTrainer): void;
  now?: () => number;
}

export function openCheckpointing(options: CheckpointingOptions): Checkpointing {
  const { path, everySeconds, send, now = () => performance.now() } = options;
  let pending: number | null = null;
  let requested = false;
  let notBefore = now() + APART_MS;
  let dueAt = now() + everySeconds * 1_000;
  let onStored = () => {};
  const done = (began: number) => {
    notBefore = now() + Math.max(APART_MS, SHARE * (now() - began));
    dueAt = Math.max(notBefore, now() + everySeconds * 1_000);
  };
  return {
    async offer({ epoch, step, best, occasion, file }) {
      const must = requested || occasion === 'pause';
      if (!must && (pending !== null || now() < notBefore)) return;
      while (pending !== null) {
        await new Promise<void>((resolve) => {
          onStored = resolve;
        });
      }
      requested = false;
      const began = now();
      try {
        write(path, await file());
      } catch (error) {
        // A checkpoint that cannot be written does not fail the job.
        done(began);
        return send({
          type: 'uncheckpointed',
          message: error instanceof Error ? error.message : String(error),
        });
      }
      pending = began;
      send({ type: 'checkpoint', epoch, step, best, path });
    },
    isWanted: () => pending === null && (requested || now() >= dueAt),
    request() {
      requested = true;
    },
    stored() {
      if (pending !== null) done(pending);
      pending = null;
      onStored();
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
