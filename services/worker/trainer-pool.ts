// Keeps one trainer ready, so that a job does not wait for a process to start. Preferably one that has just finished a job successfully,
// because its code is already compiled.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Trainer } from './trainer-process.ts';

const RESTART_MS = 1_000;
/** A trainer that has grown beyond this is not reused, to free its memory. */
const MAX_RSS = 512 * 2 ** 20;

export interface TrainerPool {
  /** A ready trainer, or one still starting. The caller must give it back or kill it. */
  take(): Trainer;
  /** Returns a trainer that finished its job cleanly; `rss` is its size in bytes. */
  giveBack(trainer: Trainer, rss: number): void;
  /** Starts a spare if there is none. */
  refill(): void;
  close(): Promise<void>;
}

export function openTrainerPool(start: () => Trainer): TrainerPool {
  let spare: Trainer | null = null;
  let closed = false;

  const keep = (trainer: Trainer) => {
    spare = trainer;
    // Replace a spare that dies, but not in a tight loop if trainers cannot start at all.
    void trainer.exited.then(async () => {
      if (spare !== trainer) return;
      spare = null;
      await sleep(RESTART_MS, undefined, { ref: false });
      refill();
    });
  };
  const refill = () => {
    if (spare === null && !closed) keep(start());
  };
  refill();

  return {
    take() {
      const trainer = spare ?? start();
      spare = null;
      return trainer;
    },
    giveBack(trainer, rss) {
      if (spare === null && !closed && rss <= MAX_RSS) keep(trainer);
      else void trainer.kill();
    },
    refill,
    async close() {
      closed = true;
      const last = spare;
      spare = null;
      await last?.kill();
    },
  };
}
