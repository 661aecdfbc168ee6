// The engine in the browser tab: the service's own training code in a Web Worker. Between runs of steps it sends pictures to the page, and
// pauses on request. Neither affects the numbers, so the same job and seed give the same losses as on the service.

import type { NewJob } from '#contracts/jobs/job-api.ts';
import type { Backend, Executable } from '#engine/backends/backend.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { validateJob } from '#training/job/validate.ts';
import { readModel } from '#training/model/model.ts';
import { fit } from '#training/run/fit.ts';
import type { Frame, FromWorker, ToWorker } from './messages.ts';
import { openPictures, type Pictures } from './pictures.ts';

const FRAME_MS = 1000 / 60;

const say = (message: FromWorker) => postMessage(message);

/** Yields to pending messages; setTimeout would wait 4 ms. */
const turn = () =>
  new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

let running = false;
let pace = 1;
/** Whether the page has drawn the last frame. On a busy machine this keeps frames from piling up in front of a click. */
let drawn = true;
/** Number of the latest start: a training run with a lower one is stale, and ends. */
let generation = 0;

class Training {
  readonly #mine: number;
  #executable: Executable | null = null;
  #pictures: Pictures | null = null;
  #losses: Frame['losses'] = [];
  #epoch = 0;
  #lastFrame = performance.now();
  #epochsInFrame = 0;
  #steps = 0;
  #rate = { steps: 0, since: performance.now(), value: 0 };

  constructor(mine: number) {
    this.#mine = mine;
  }

  get stale(): boolean {
    return this.#mine !== generation;
  }

  async run(job: NewJob, grid: Float32Array): Promise<void> {
    const { details, job: valid } = await validateJob(job, async () => null);
    if (valid === null || valid.inline === null) {
      return say({ type: 'failed', message: details.map(({ message }) => message).join('; ') });
    }
    const spec = { ...valid.spec, dataset: '' };
    this.#pictures = await openPictures(readModel(spec.model, 'model').value!, grid);
    const hooks = {
      onEpoch: ({ epoch, values }: { epoch: number; values: Record<string, number> }) => {
        this.#epoch = epoch;
        this.#epochsInFrame += 1;
        this.#losses.push({ epoch, train: values.train_loss!, validation: values.val_loss ?? Number.NaN });
        if (stepOnce) [running, stepOnce] = [false, false];
      },
      shouldStop: () => (this.stale ? ('cancel' as const) : null),
      yieldToEvents: turn,
    };
    const { outcome, fingerprint } = await fit(spec, valid.inline.table, hooks, { backend: this.#watched() });
    if (this.stale) return;
    await this.#show();
    say({ type: 'ended', outcome, fingerprint });
  }

  /** The plain backend, except that it shows frames and handles pauses before every run of training steps. */
  #watched(): Backend {
    return {
      name: wasm.name,
      fingerprint: wasm.fingerprint,
      compile: async (program) => {
        const inner = await wasm.compile(program);
        this.#executable = inner;
        return {
          bytes: inner.bytes,
          threads: inner.threads,
          write: (slot, values, offset) => inner.write(slot, values, offset),
          read: (slot) => inner.read(slot),
          writeOrder: (order) => inner.writeOrder(order),
          dispose: () => inner.dispose(),
          run: async (entry, options) => {
            if (entry.startsWith('train')) {
              await this.#wait();
              this.#steps += options.steps;
            }
            return inner.run(entry, options);
          },
        };
      },
    };
  }

  async #wait(): Promise<void> {
    const due = () => performance.now() - this.#lastFrame >= FRAME_MS;
    const spent = () => pace > 0 && this.#epochsInFrame >= pace;
    if (due() || spent()) {
      const left = FRAME_MS - (performance.now() - this.#lastFrame);
      if (left > 1) await sleep(left);
      while (spent() && !drawn && !this.stale) await sleep(1);
      if (drawn) await this.#show();
      else this.#lastFrame = performance.now();
      await turn();
    }
    while (!running && !this.stale) {
      if (drawn && (this.#losses.length > 0 || this.#epoch === 0)) await this.#show();
      await sleep(15);
    }
  }

  async #show(): Promise<void> {
    this.#lastFrame = performance.now();
    this.#epochsInFrame = 0;
    const { since, steps } = this.#rate;
    if (this.#lastFrame - since > 500) {
      const value = (1000 * (this.#steps - steps)) / (this.#lastFrame - since);
      this.#rate = { steps: this.#steps, since: this.#lastFrame, value };
    }
    const theta = (await this.#executable!.read('theta')) as Float32Array;
    const pictures = await this.#pictures!.of(theta);
    if (this.stale) return;
    const stepsPerSecond = this.#rate.value;
    drawn = false;
    say({ type: 'frame', epoch: this.#epoch, losses: this.#losses, stepsPerSecond, ...pictures });
    this.#losses = [];
  }
}

let stepOnce = false;

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case 'start': {
      generation += 1;
      const training = new Training(generation);
      training.run(data.job, data.grid).catch((error: unknown) => {
        if (!training.stale) say({ type: 'failed', message: String(error) });
      });
      break;
    }
    case 'run':
      running = data.on;
      break;
    case 'step':
      [running, stepOnce] = [true, true];
      break;
    case 'drawn':
      drawn = true;
      break;
    case 'pace':
      pace = data.epochs;
      break;
  }
});
