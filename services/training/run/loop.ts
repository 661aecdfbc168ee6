// The training loop, readable from top to bottom: epochs of steps, each epoch measured and reported. Between runs of a few milliseconds it
// checks, in one place (`#checkForStop`), whether it should stop. The numbers depend only on the job, its data and its seed, never on when
// it checked or was stopped.

import { restoresBest } from '#contracts/training/training.ts';
import { epochOrder } from '../data/rows/order.ts';
import type { CompiledJob } from '../job/compile.ts';
import { OverfitWatch } from '../warnings/watch.ts';
import { isBest, isStale, monitoredValue } from './best-epoch.ts';
import { checkpointPieces } from './checkpoint.ts';
import type { Checkpoint, FitHooks, Stop } from './hooks.ts';
import { type Measured, measure } from './measure.ts';
import { Pace } from './pace.ts';
import { accumulate, nextRun, type Pass, rowsOf } from './pass.ts';
import { Reporter } from './reporter.ts';
import { capture, currentNetwork, type RunState, restore } from './run-state.ts';
import { scalarsOf } from './scalars.ts';
import { afterEpoch, ratesAt } from './schedule.ts';

export class Loop {
  readonly state: RunState;
  readonly #job: CompiledJob;
  readonly #hooks: FitHooks;
  readonly #pace: { train: Pace; evaluate: Pace };
  readonly #reporter: Reporter;
  readonly #overfit = new OverfitWatch();
  readonly #started = performance.now();
  readonly #from: { seconds: number };
  #lastYield = performance.now();

  constructor(job: CompiledJob, hooks: FitHooks, from: RunState) {
    this.#job = job;
    this.#hooks = hooks;
    this.#pace = { train: new Pace(job.maxSteps), evaluate: new Pace(job.maxSteps) };
    this.state = { ...from, sums: [...from.sums] };
    this.#from = { seconds: from.seconds };
    this.#reporter = new Reporter(job, hooks, this.state);
    restore(from, job.executable);
  }

  async epochs(): Promise<Stop | null> {
    const { state } = this;
    const { spec, split, train, validation, feed } = this.#job;
    const { epochs, shuffle } = spec.training;
    while (state.epoch < epochs) {
      const order = epochOrder(split, shuffle, spec.seed, state.epoch);
      feed.begin({ order, from: state.position * train.batch, to: train.rows, epoch: state.epoch });
      const began = performance.now();
      const before = state.position;
      const stopped = await this.#train(train);
      const seconds = Math.max(performance.now() - began, 1e-3) / 1000;
      const samplesPerSecond = (rowsOf(train, state.position) - rowsOf(train, before)) / seconds;
      if (stopped !== null && stopped.outcome !== 'diverged') return stopped;

      const measured: Measured = { values: {}, matrices: {} };
      measure(this.#job, measured, 'train', state.sums, rowsOf(train, state.position));
      if (stopped === null && validation.steps > 0) {
        const sums: number[] = [];
        const interrupted = await this.#evaluate(validation, order, split.train.length, sums);
        if (interrupted !== null) return interrupted;
        measure(this.#job, measured, 'val', sums, validation.rows);
      }
      const { lr } = ratesAt(this.#job, state, state.step - 1);
      state.epoch += 1;
      state.position = 0;
      state.sums = [];
      this.#tick();
      const best = stopped === null && isBest(this.#job, state, measured.values);
      this.#reporter.epoch(state, measured, { best, learningRate: lr, samplesPerSecond });
      const warning = this.#overfit.look(state.epoch, measured.values);
      if (warning !== null) this.#hooks.onWarning?.(warning);
      const lost = stopped ?? this.#divergence(measured.values);
      if (lost !== null) return lost;

      state.schedule = afterEpoch(this.#job, state.schedule, measured.values);
      if (best) await this.#keepBest(measured.values);
      if (state.epoch === epochs) return null;
      const ended = isStale(this.#job, state)
        ? { outcome: 'early_stopped' as const }
        : await this.#checkForStop();
      if (ended !== null) return ended;
      if (state.epoch % spec.training.checkpoint.every_epochs === 0) await this.#checkpoint('epoch');
    }
    return null;
  }

  /** The remaining batches of the epoch. @returns null once they are done, else why the run stops */
  async #train(pass: Pass): Promise<Stop | null> {
    const { state } = this;
    const { spec, executable } = this.#job;
    const group = spec.training.accumulate_steps;
    while (state.position < pass.steps) {
      const { cursor, most } = await this.#load(pass, state.position, 0, this.#pace.train);
      const run = nextRun('train', pass, state.position, most, group);
      const { entry, rows, steps } = run;
      const began = performance.now();
      const counter = state.epoch * pass.steps + state.position;
      const records = await executable.run(entry, {
        steps,
        cursor,
        counter,
        scalars: scalarsOf(this.#job, state, run),
      });
      this.#pace.train.took(steps, performance.now() - began);
      const bad = accumulate(state.sums, records, steps, rows);
      state.position += bad ?? steps;
      state.step += Math.min(bad ?? steps, run.updates);
      if (bad !== null) return diverged('train_loss', records[((bad - 1) * records.length) / steps]!, state);
      if (state.position < pass.steps) {
        this.#tick();
        this.#reporter.progress(state);
        const stop = await this.#checkForStop();
        if (stop !== null) return stop;
      }
    }
    return null;
  }

  /** Loads the rows of the next steps. @param offset of the pass in the order @returns where they are, and how many steps to take at most */
  async #load(pass: Pass, position: number, offset: number, pace: Pace) {
    const at = position * pass.batch;
    const least = rowsOf(pass, position + 1) - at;
    const { cursor, rows } = await this.#job.feed.bring(offset + at, least);
    return { cursor, most: Math.min(pace.steps, Math.max(1, Math.floor(rows / pass.batch))) };
  }

  #tick(): void {
    this.state.seconds = this.#from.seconds + (performance.now() - this.#started) / 1000;
  }

  /** Measures the test rows once. @param network the weights and buffers that are kept */
  async test(network: Readonly<Record<string, Float32Array>>): Promise<Measured | Stop> {
    const { spec, split, test, executable } = this.#job;
    for (const [name, values] of Object.entries(network)) executable.write(name, values);
    const order = epochOrder(split, false, spec.seed, 0);
    const sums: number[] = [];
    const offset = split.train.length + split.validation.length;
    const stopped = await this.#evaluate(test, order, offset, sums, 'test');
    if (stopped?.outcome === 'cancelled') return stopped;
    const measured: Measured = { values: {}, matrices: {} };
    measure(this.#job, measured, 'test', sums, test.rows);
    return measured;
  }

  /** Sums over held-out rows, which follow `offset` in the order. */
  async #evaluate(
    pass: Pass,
    order: Int32Array,
    offset: number,
    sums: number[],
    name: 'evaluate' | 'test' = 'evaluate',
  ): Promise<Stop | null> {
    const { executable, feed, scalars } = this.#job;
    feed.begin({ order, from: offset, to: offset + pass.rows, epoch: null });
    for (let position = 0; position < pass.steps; ) {
      const { cursor, most } = await this.#load(pass, position, offset, this.#pace.evaluate);
      const { entry, rows, steps } = nextRun(name, pass, position, most);
      const began = performance.now();
      const unused = new Float32Array(steps * scalars.length);
      const run = { steps, cursor, counter: this.state.step, scalars: unused };
      accumulate(sums, await executable.run(entry, run), steps, rows);
      this.#pace.evaluate.took(steps, performance.now() - began);
      position += steps;
      if (position < pass.steps) {
        // Training is over by the time of the test, so there is nothing to pause or resume: only a cancel interrupts it.
        const stop = name === 'test' ? await this.#cancelled() : await this.#checkForStop();
        if (stop !== null) return stop;
      }
    }
    return null;
  }

  /** Yields to the event loop now and then, and returns the request to stop, if there is one. */
  async #stopRequest(): Promise<'cancel' | 'pause' | null> {
    if (performance.now() - this.#lastYield > 10) {
      await this.#hooks.yieldToEvents();
      this.#lastYield = performance.now();
    }
    this.#tick();
    return this.#hooks.shouldStop();
  }

  async #cancelled(): Promise<Stop | null> {
    return (await this.#stopRequest()) === 'cancel' ? { outcome: 'cancelled' } : null;
  }

  /** The one place where a run checks between its steps whether it should stop, and makes checkpoints that are due. */
  async #checkForStop(): Promise<Stop | null> {
    const asked = await this.#stopRequest();
    if (asked === 'cancel') return { outcome: 'cancelled' };
    if (asked === 'pause') {
      await this.#checkpoint('pause');
      return { outcome: 'paused' };
    }
    if (this.#hooks.wantsCheckpoint?.() === true) await this.#checkpoint('within');
    const { max_seconds } = this.#job.spec.training;
    return max_seconds !== null && this.state.seconds >= max_seconds ? { outcome: 'max_seconds' } : null;
  }

  /** Records the epoch as the best one, with its weights if they are kept. */
  async #keepBest(values: Readonly<Record<string, number>>): Promise<void> {
    const { state } = this;
    const { training } = this.#job.spec;
    state.best = { epoch: state.epoch, step: state.step, value: monitoredValue(this.#job, values) };
    if (training.checkpoint.keep_best > 0 || restoresBest(training)) {
      state.bestStates = await currentNetwork(this.#job);
    }
  }

  async #checkpoint(occasion: Checkpoint['occasion']): Promise<void> {
    const { epoch, step, best: found, bestStates } = this.state;
    const best =
      found === null || bestStates.theta === undefined ? null : { epoch: found.epoch, step: found.step };
    const state = () => capture(this.state, this.#job);
    const file = async () => checkpointPieces(await state(), this.#job);
    await this.#hooks.onCheckpoint?.({ epoch, step, best, occasion, state, file });
  }

  /** Whether a loss is no longer a finite number. */
  #divergence(values: Readonly<Record<string, number>>): Stop | null {
    const name = ['train_loss', 'val_loss'].find((name) => !Number.isFinite(values[name] ?? 0));
    return name === undefined ? null : diverged(name, values[name]!, this.state);
  }
}

function diverged(name: string, value: number, { epoch, step }: RunState): Stop {
  return {
    outcome: 'diverged',
    message: `${name} became ${value} at step ${step} (after ${epoch} finished epochs)`,
  };
}
