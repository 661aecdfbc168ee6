// Keeps one trainer ready, so that a job does not wait for a process to start. A trainer that ended its job well is the
// best to keep: its code is compiled already.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Trainer } from './trainer-process.ts';

const RESTART_MS = 1_000;
/** A trainer that has grown larger than this is not kept: its memory is worth more to others. */
const MAX_RSS = 512 * 2 ** 20;

export interface TrainerPool {
  /** A trainer that is ready, or as near to it as can be. The caller gives it back or kills it. */
  take(): Trainer;
  /** It ended its job well, at this size. */
  giveBack(trainer: Trainer, rss: number): void;
  /** Starts the next spare, if there is none. */
  refill(): void;
  close(): Promise<void>;
}

export function openTrainerPool(start: () => Trainer): TrainerPool {
  let spare: Trainer | null = null;
  let closed = false;

  const keep = (trainer: Trainer) => {
    spare = trainer;
    // A spare that dies is replaced, but not in a hot loop where none can start at all.
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
