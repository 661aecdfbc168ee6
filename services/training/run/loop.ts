// The training loop, readable from top to bottom: epochs of steps, each epoch measured and reported. Between runs of a few milliseconds it
// checks, in one place (`#checkForStop`), whether it should stop. The numbers depend only on the job, its data and its seed, never on when
// it checked or was stopped.

import type { DeviceData } from '#contracts/device.ts';
import type { Place } from '#contracts/jobs/checkpoint.ts';
import { restoresBest } from '#contracts/training/training.ts';
import type { Warning } from '#contracts/warnings.ts';
import { epochOrder } from '../data/rows/order.ts';
import type { CompiledJob } from '../job/compile.ts';
import { OverfitWatch } from '../warnings/watch.ts';
import { checkpointPieces } from './checkpoint.ts';
import { type Measured, measure } from './measure.ts';
import { Pace } from './pace.ts';
import { accumulate, nextRun, type Pass, type Run, rowsOf } from './pass.ts';
import { type EpochReport, type ProgressReport, Reporter } from './reporter.ts';
import { capture, currentNetwork, type RunState, restore } from './run-state.ts';
import { afterEpoch, type Rates, ratesAt } from './schedule.ts';
import { MOMENTUM, SHARE } from './step.ts';

/** A place that the run can go on from. */
export interface Checkpoint extends Place {
  /** Where the weights that it holds as the best ones are from. */
  readonly best: Place | null;
  /** Within an epoch, because one is due or wanted; at an epoch's end, where it may be let pass; before a pause. */
  readonly occasion: 'within' | 'epoch' | 'pause';
  /** Copies everything; only until the hook's promise settles. */
  state(): Promise<RunState>;
  /** The same as the pieces of a file. */
  file(): Promise<Uint8Array[]>;
}

export interface FitHooks {
  onEpoch(report: EpochReport): void;
  /** At most twice a second, within an epoch. */
  onProgress?(report: ProgressReport): void;
  /** Warnings about valid but probably unintended settings, as they appear; each once. */
  onWarning?(warning: Warning): void;
  /** What was found out before the first step, and is worth a line of the log. */
  onNote?(message: string): void;
  /** The device that was chosen, before the first step. */
  onDevice?(chosen: DeviceData): void;
  /** After every `checkpoint.every_epochs` epochs, but not where the run ends: there is nothing to go on to. */
  onCheckpoint?(checkpoint: Checkpoint): void | Promise<void>;
  /** Whether one is due or wanted that does not wait for the end of the epoch. Looked at every few milliseconds. */
  wantsCheckpoint?(): boolean;
  /** Looked at every few milliseconds. Before a pause there is one more checkpoint. */
  shouldStop(): 'cancel' | 'pause' | null;
  /** Gives the event loop its turn, so that `shouldStop` can learn something. */
  yieldToEvents(): Promise<void>;
}

/** Why a run ends before its last epoch. */
export type Stop =
  | { outcome: 'cancelled' | 'paused' | 'early_stopped' | 'max_seconds' }
  | { outcome: 'diverged'; message: string };

export class Loop {
  readonly state: RunState;
  readonly #job: CompiledJob;
  readonly #hooks: FitHooks;
  readonly #pace: { train: Pace; evaluate: Pace };
  readonly #reporter: Reporter;
  readonly #overfit = new OverfitWatch();
  readonly #started = performance.now();
  readonly #from: { seconds: number };
  #lastBreath = performance.now();

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
      const { lr } = this.#ratesAt(state.step - 1);
      state.epoch += 1;
      state.position = 0;
      state.sums = [];
      this.#tick();
      const best = stopped === null && this.#isBest(measured.values);
      this.#reporter.epoch(state, measured, { best, learningRate: lr, samplesPerSecond });
      const warning = this.#overfit.look(state.epoch, measured.values);
      if (warning !== null) this.#hooks.onWarning?.(warning);
      const lost = stopped ?? this.#lost(measured.values);
      if (lost !== null) return lost;

      state.schedule = afterEpoch(this.#job, state.schedule, measured.values);
      if (best) await this.#keepBest(measured.values);
      if (state.epoch === epochs) return null;
      const ended = this.#isStale() ? { outcome: 'early_stopped' as const } : await this.#checkForStop();
      if (ended !== null) return ended;
      if (state.epoch % spec.training.checkpoint.every_epochs === 0) await this.#checkpoint('epoch');
    }
    return null;
  }

  /** The rest of the epoch's batches. Null where it was finished. */
  async #train(pass: Pass): Promise<Stop | null> {
    const { state } = this;
    const { spec, executable } = this.#job;
    const group = spec.training.accumulate_steps;
    while (state.position < pass.steps) {
      const { cursor, most } = await this.#bring(pass, state.position, 0, this.#pace.train);
      const run = nextRun('train', pass, state.position, most, group);
      const { entry, rows, steps } = run;
      const began = performance.now();
      const counter = state.epoch * pass.steps + state.position;
      const records = await executable.run(entry, { steps, cursor, counter, scalars: this.#scalars(run) });
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

  /** Where the rows of a pass's next steps lie, and how many steps may be taken at once. @param offset of the pass in the order */
  async #bring(pass: Pass, position: number, offset: number, pace: Pace) {
    const at = position * pass.batch;
    const least = rowsOf(pass, position + 1) - at;
    const { cursor, rows } = await this.#job.feed.bring(offset + at, least);
    return { cursor, most: Math.min(pace.steps, Math.max(1, Math.floor(rows / pass.batch))) };
  }

  #tick(): void {
    this.state.seconds = this.#from.seconds + (performance.now() - this.#started) / 1000;
  }

  /** What changes from step to step, for each step of a run. */
  #scalars({ steps, updates, group }: Run): Float32Array {
    const { recipe, scalars: names } = this.#job;
    const { definition, args } = recipe.optimizer;
    const table = new Float32Array(steps * names.length);
    const own = definition.scalars(args).length;
    const [momentumAt, shareAt] = [names.indexOf(MOMENTUM), names.indexOf(SHARE)];
    for (let i = 0; i < steps; i++) {
      const row = table.subarray(i * names.length, (i + 1) * names.length);
      if (shareAt >= 0) row[shareAt] = 1 / group;
      if (i >= updates) continue;
      const { lr, momentum } = this.#ratesAt(this.state.step + i);
      const moved = momentum === null ? args : definition.withMomentum!(args, momentum);
      const now = definition.scalarsAt(moved, this.state.step + i + 1, lr);
      for (let j = 0; j < own; j++) row[j] = now[j]!;
      if (momentum !== null) row[momentumAt] = momentum;
    }
    return table;
  }

  /** Measures the rows of the test, once, with the network's states that are kept. */
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

  /** Sums over the held-out rows, which stand in the order from `offset` on. */
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
      const { cursor, most } = await this.#bring(pass, position, offset, this.#pace.evaluate);
      const { entry, rows, steps } = nextRun(name, pass, position, most);
      const began = performance.now();
      const unused = new Float32Array(steps * scalars.length);
      const run = { steps, cursor, counter: this.state.step, scalars: unused };
      accumulate(sums, await executable.run(entry, run), steps, rows);
      this.#pace.evaluate.took(steps, performance.now() - began);
      position += steps;
      if (position < pass.steps) {
        // A test is measured whole: training is over by then, and its place is nothing to go on from.
        const stop = name === 'test' ? await this.#cancelled() : await this.#checkForStop();
        if (stop !== null) return stop;
      }
    }
    return null;
  }

  /** The event loop gets its turn, and whoever wants the run to stop is heard. */
  async #listen(): Promise<'cancel' | 'pause' | null> {
    if (performance.now() - this.#lastBreath > 10) {
      await this.#hooks.yieldToEvents();
      this.#lastBreath = performance.now();
    }
    this.#tick();
    return this.#hooks.shouldStop();
  }

  async #cancelled(): Promise<Stop | null> {
    return (await this.#listen()) === 'cancel' ? { outcome: 'cancelled' } : null;
  }

  /** The one place where a run checks between its steps whether it should stop. */
  async #checkForStop(): Promise<Stop | null> {
    const asked = await this.#listen();
    if (asked === 'cancel') return { outcome: 'cancelled' };
    if (asked === 'pause') {
      await this.#checkpoint('pause');
      return { outcome: 'paused' };
    }
    if (this.#hooks.wantsCheckpoint?.() === true) await this.#checkpoint('within');
    const { max_seconds } = this.#job.spec.training;
    return max_seconds !== null && this.state.seconds >= max_seconds ? { outcome: 'max_seconds' } : null;
  }

  /** The value that epochs are compared by. */
  #judged(values: Readonly<Record<string, number>>): number {
    const { early_stopping: stopping } = this.#job.spec.training;
    return values[stopping?.monitor ?? (this.#job.validation.steps > 0 ? 'val_loss' : 'train_loss')]!;
  }

  #isBest(values: Readonly<Record<string, number>>): boolean {
    const { best } = this.state;
    const { early_stopping: stopping } = this.#job.spec.training;
    const value = this.#judged(values);
    const sign = stopping?.mode === 'max' ? -1 : 1;
    const better = best === null || sign * (best.value - value) > (stopping?.min_delta ?? 0);
    return better && Number.isFinite(value);
  }

  /** Remembers the epoch, and its weights where they are wanted. */
  async #keepBest(values: Readonly<Record<string, number>>): Promise<void> {
    const { state } = this;
    const { training } = this.#job.spec;
    state.best = { epoch: state.epoch, step: state.step, value: this.#judged(values) };
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

  /** Whether the best epoch is so long ago that nothing better is expected. */
  #isStale(): boolean {
    const { epoch, best } = this.state;
    const patience = this.#job.spec.training.early_stopping?.patience ?? Number.POSITIVE_INFINITY;
    return best !== null && epoch - best.epoch >= patience;
  }

  /** A loss that is no number any more. */
  #lost(values: Readonly<Record<string, number>>): Stop | null {
    const name = ['train_loss', 'val_loss'].find((name) => !Number.isFinite(values[name] ?? 0));
    return name === undefined ? null : diverged(name, values[name]!, this.state);
  }

  #ratesAt(update: number): Rates {
    return ratesAt(this.#job, this.state, update);
  }
}

function diverged(name: string, value: number, { epoch, step }: RunState): Stop {
  return {
    outcome: 'diverged',
    message: `${name} became ${value} at step ${step} (after ${epoch} finished epochs)`,
  };
}
