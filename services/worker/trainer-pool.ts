// Keeps one trainer ready, so that a job does not wait for a process to start.

import { setTimeout as sleep } from 'node:timers/promises';
import { startTrainer, type Trainer } from './trainer-process.ts';

const RESTART_MS = 1_000;

export interface TrainerPool {
  /** A trainer that is ready, or as near to it as can be. The caller ends it. */
  take(): Trainer;
  /** Starts the next spare, if there is none. Called when the machine is not busy with the start of a job. */
  refill(): void;
  readonly spare: Trainer | null;
  close(): Promise<void>;
}

export function openTrainerPool(start: () => Trainer = startTrainer): TrainerPool {
  let spare: Trainer | null = null;
  let closed = false;

  const refill = () => {
    if (spare !== null || closed) return;
    const trainer = start();
    spare = trainer;
    // A spare that dies is replaced, but not in a hot loop where none can start at all.
    void trainer.exited.then(async () => {
      if (spare !== trainer) return;
      spare = null;
      await sleep(RESTART_MS, undefined, { ref: false });
      refill();
    });
  };
  refill();

  return {
    get spare() {
      return spare;
    },
    take() {
      const trainer = spare ?? start();
      spare = null;
      return trainer;
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
