// A deterministic trainer without a process: three epochs, a checkpoint after the second, weights. An attempt that is given the checkpoint
// resumes from it.

import { existsSync, writeFileSync } from 'node:fs';
import type { EpochReport } from '#training/run/fit.ts';
import type { TrainerPool } from '../../services/worker/trainer-pool.ts';
import type { Outcome, Trainer } from '../../services/worker/trainer-process.ts';

export const EPOCHS = 3;
export const WEIGHTS = 'the weights after three epochs';

const report = (epoch: number): EpochReport => ({
  epoch,
  epochs: EPOCHS,
  step: epoch,
  values: { train_loss: 1 / epoch },
  best: true,
  learning_rate: 0.1,
  samples_per_sec: 1,
  seconds: epoch,
  eta_seconds: EPOCHS - epoch,
});

export function scriptedTrainer(): Trainer {
  const exited = Promise.withResolvers<void>();
  let end = (_: Outcome) => {};
  let stored = () => {};
  return {
    pid: undefined,
    ready: Promise.resolve(),
    exited: exited.promise,
    train(assignment, onEpoch, onNote = () => {}) {
      return new Promise((resolve) => {
        end = resolve;
        const run = async () => {
          const resumed = assignment.resume !== undefined && existsSync(assignment.resume);
          if (resumed) onNote({ type: 'resumed', refused: null, moved: false });
          for (let epoch = resumed ? 3 : 1; epoch <= EPOCHS; epoch++) {
            onEpoch(report(epoch));
            if (epoch !== 2) continue;
            writeFileSync(assignment.checkpoint, 'a checkpoint after two epochs');
            const kept = new Promise<void>((done) => {
              stored = done;
            });
            const place = { epoch, step: epoch };
            onNote({ type: 'checkpoint', ...place, best: place, path: assignment.checkpoint });
            await kept;
          }
          writeFileSync(assignment.models.last, WEIGHTS);
          const last = { epoch: EPOCHS, step: EPOCHS };
          const models = { last, best: last };
          resolve({
            type: 'end',
            outcome: 'completed',
            models,
            fingerprint: 'scripted',
            message: null,
            test: null,
            rss: 0,
          });
        };
        void run();
      });
    },
    cancel() {},
    pause() {},
    checkpoint() {},
    recorded() {},
    stored: () => stored(),
    kill() {
      end({ type: 'crashed', message: 'killed' });
      exited.resolve();
      return exited.promise;
    },
  };
}

export const scriptedPool = (): TrainerPool => ({
  take: scriptedTrainer,
  giveBack: (trainer) => void trainer.kill(),
  refill() {},
  async close() {},
});
