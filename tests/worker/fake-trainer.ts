// A trainer that does not train: it follows the entry of `BEHAVIOURS` that the job's name selects, over the same protocol.

import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Assignment, FromTrainer, ToTrainer } from '../../services/worker/trainer/protocol.ts';
import { BEHAVIOURS } from './behaviours.ts';

const say = (message: FromTrainer) => process.send?.(message);
let asked: 'cancel' | 'pause' | null = null;

function epoch(number: number, epochs: number, loss: number): void {
  const values = { train_loss: loss };
  const rest = {
    best: Number.isFinite(loss),
    learning_rate: 0.1,
    samples_per_sec: 1,
    seconds: 1,
    eta_seconds: 0,
  };
  say({ type: 'epoch', report: { epoch: number, epochs, step: number, values, ...rest } });
}

async function train({ spec, table, weights, models }: Assignment): Promise<void> {
  const end = (outcome: Extract<FromTrainer, { type: 'end' }>['outcome']) =>
    say({ type: 'end', outcome, models: left, fingerprint: 'fake', message: null, test: null, rss: 0 });
  const left: Extract<FromTrainer, { type: 'end' }>['models'] = { last: null, best: null };
  const leave = (text: string, place: number) => {
    writeFileSync(models.last, text);
    left.last = { epoch: place, step: place };
  };
  switch (BEHAVIOURS[spec.seed]) {
    case 'trains':
    case 'trains slowly':
      for (let i = 1; i <= 3; i++) {
        epoch(i, 3, 1 / i);
        if (BEHAVIOURS[spec.seed] === 'trains slowly') await sleep(700);
      }
      leave(
        `trained on ${readFileSync(table, 'utf8')}${weights === undefined ? '' : ` from ${readFileSync(weights, 'utf8')}`}`,
        3,
      );
      end('completed');
      return;
    case 'stops early':
    case 'runs out of time':
      epoch(1, 3, 1);
      leave('the best so far', 1);
      end(BEHAVIOURS[spec.seed] === 'stops early' ? 'early_stopped' : 'max_seconds');
      return;
    case 'never ends':
      for (let i = 1; asked === null; i++) {
        epoch(i, 1_000_000, 1 / i);
        await sleep(20);
      }
      if (asked === 'cancel') leave('what it knew when it was cancelled', 1);
      end(asked === 'cancel' ? 'cancelled' : 'paused');
      return;
    case 'ignores cancel':
      epoch(1, 1_000_000, 1);
      for (;;) await sleep(1_000);
    case 'crashes':
      epoch(1, 3, 1);
      throw new RangeError('the tensor fell off the shelf');
    case 'loses its device':
      epoch(1, 3, 1);
      say({ type: 'failed', reason: 'device_lost', message: 'the GPU was lost: pulled out', stack: null });
      return;
    case 'is too large for its device':
      say({ type: 'failed', reason: 'out_of_memory', message: 'the job takes 9 bytes', stack: null });
      return;
    case 'diverges':
      epoch(1, 3, Number.NaN);
      end('diverged');
      return;
    case 'is invalid':
      say({ type: 'failed', reason: 'invalid', message: 'layers do not fit', stack: null });
  }
}

process.once('disconnect', () => process.exit(0));
process.on('message', (message: ToTrainer) => {
  if (message.type === 'train') {
    asked = null;
    void train(message);
  }
  if (message.type === 'cancel' || message.type === 'pause') asked = message.type;
});
say({ type: 'ready' });
