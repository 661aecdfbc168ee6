// The training loop. It reads from top to bottom: epochs of steps, each epoch measured and reported. Between runs of a
// few milliseconds it looks up, in one place (`#lookUp`), whether it should stop. What happens to the numbers depends
// on the job, its data and its seed alone, never on when it looked up or was stopped.

import type { JobSpec } from '#contracts/job-api.ts';
import type { CompiledJob } from './compile.ts';
import { epochOrder } from './data/order.ts';
import { metrics } from './metrics/index.ts';
import { Pace } from './pace.ts';
import { accumulate, nextRun, type Pass, rowsOf } from './pass.ts';
import { type RunState, restore } from './run-state.ts';
import { MAX_STEPS } from './step.ts';

export interface EpochReport {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  /** train_loss, val_loss, train_accuracy, …; may hold NaN and infinities. */
  readonly values: Record<string, number>;
  readonly learning_rate: number;
  readonly samples_per_sec: number;
  readonly eta_seconds: number;
}

export interface FitHooks {
  onEpoch(report: EpochReport): void;
  /** Looked at every few milliseconds. */
  shouldStop(): 'cancel' | null;
  /** Gives the event loop its turn, so that `shouldStop` can learn something. */
  breathe(): Promise<void>;
}

/** Why a run ends before its last epoch. */
export type Stop = { outcome: 'cancelled' } | { outcome: 'diverged'; message: string };

export class Loop {
  readonly state: RunState;
  readonly #job: CompiledJob;
  readonly #hooks: FitHooks;
  readonly #pace = { train: new Pace(MAX_STEPS), evaluate: new Pace(MAX_STEPS) };
  readonly #started = performance.now();
  readonly #firstEpoch: number;
  #lastBreath = performance.now();

  constructor(job: CompiledJob, hooks: FitHooks, from: RunState) {
    this.#job = job;
    this.#hooks = hooks;
    this.state = { ...from, sums: [...from.sums] };
    this.#firstEpoch = from.epoch;
    restore(from, job.executable);
  }

  async epochs(): Promise<Stop | null> {
    const { state } = this;
    const { spec, split, train, validation, executable } = this.#job;
    const { epochs, shuffle } = spec.training;
    while (state.epoch < epochs) {
      executable.writeOrder(epochOrder(split, shuffle, spec.seed, state.epoch));
      const began = performance.now();
      const before = state.position;
      const stopped = await this.#train(train);
      const seconds = Math.max(performance.now() - began, 1e-3) / 1000;
      const samplesPerSecond = (rowsOf(train, state.position) - rowsOf(train, before)) / seconds;
      if (stopped?.outcome === 'cancelled') return stopped;

      const values: Record<string, number> = {};
      this.#finish('train', state.sums, rowsOf(train, state.position), values);
      if (stopped === null && validation.steps > 0) {
        const sums: number[] = [];
        if ((await this.#evaluate(validation, split.train.length, sums)) !== null)
          return { outcome: 'cancelled' };
        this.#finish('val', sums, validation.rows, values);
      }
      state.epoch += 1;
      state.position = 0;
      state.sums = [];
      this.#report(values, samplesPerSecond);
      const lost = Object.entries(values).find(([, value]) => !Number.isFinite(value));
      if (stopped !== null) return stopped;
      if (lost !== undefined) return diverged(lost[0], lost[1], state);
      if ((await this.#lookUp()) !== null && state.epoch < epochs) return { outcome: 'cancelled' };
    }
    return null;
  }

  /** The rest of the epoch's steps. Null where it was finished. */
  async #train(pass: Pass): Promise<Stop | null> {
    const { state } = this;
    const { spec, recipe, executable } = this.#job;
    const { definition, args } = recipe.optimizer;
    const names = definition.scalars(args);
    while (state.position < pass.steps) {
      const { entry, rows, steps } = nextRun('train', pass, state.position, this.#pace.train.steps);
      const scalars = new Float32Array(steps * names.length);
      for (let i = 0; i < steps; i++) {
        const now = definition.scalarsAt(args, state.step + i + 1, learningRate(spec));
        for (let j = 0; j < names.length; j++) scalars[i * names.length + j] = now[j]!;
      }
      const began = performance.now();
      const cursor = state.position * pass.batch;
      const records = executable.run(entry, { steps, cursor, counter: state.step, scalars });
      this.#pace.train.took(steps, performance.now() - began);
      const bad = accumulate(state.sums, records, steps, rows);
      state.position += bad ?? steps;
      state.step += bad ?? steps;
      if (bad !== null) return diverged('train_loss', records[((bad - 1) * records.length) / steps]!, state);
      if (state.position < pass.steps && (await this.#lookUp()) !== null) return { outcome: 'cancelled' };
    }
    return null;
  }

  /** Sums over the held-out rows, which stand in the order from `offset` on. */
  async #evaluate(pass: Pass, offset: number, sums: number[]): Promise<Stop | null> {
    const { recipe, executable } = this.#job;
    const unused = recipe.optimizer.definition.scalars(recipe.optimizer.args).length;
    for (let position = 0; position < pass.steps; ) {
      const { entry, rows, steps } = nextRun('evaluate', pass, position, this.#pace.evaluate.steps);
      const began = performance.now();
      const cursor = offset + position * pass.batch;
      const scalars = new Float32Array(steps * unused);
      accumulate(
        sums,
        executable.run(entry, { steps, cursor, counter: this.state.step, scalars }),
        steps,
        rows,
      );
      this.#pace.evaluate.took(steps, performance.now() - began);
      position += steps;
      if (position < pass.steps && (await this.#lookUp()) !== null) return { outcome: 'cancelled' };
    }
    return null;
  }

  /** The one place where a run looks up: the event loop gets its turn, and whoever wants it to stop is heard. */
  async #lookUp(): Promise<'cancel' | null> {
    if (performance.now() - this.#lastBreath > 10) {
      await this.#hooks.breathe();
      this.#lastBreath = performance.now();
    }
    return this.#hooks.shouldStop();
  }

  #finish(
    phase: 'train' | 'val',
    sums: readonly number[],
    rows: number,
    values: Record<string, number>,
  ): void {
    values[`${phase}_loss`] = sums[0]! / rows;
    for (const [i, name] of this.#job.recipe.rendered.metrics.entries()) {
      values[`${phase}_${name}`] = metrics.get(name)!.finish(sums[i + 1]!, rows);
    }
  }

  #report(values: Record<string, number>, samplesPerSecond: number): void {
    const { epoch, step } = this.state;
    const { spec } = this.#job;
    const { epochs } = spec.training;
    const perEpoch = (performance.now() - this.#started) / 1000 / (epoch - this.#firstEpoch);
    this.#hooks.onEpoch({
      epoch,
      epochs,
      step,
      values,
      learning_rate: learningRate(spec),
      samples_per_sec: samplesPerSecond,
      eta_seconds: perEpoch * (epochs - epoch),
    });
  }
}

/** The optimizer's own; a schedule will make it a function of the step. */
function learningRate(spec: JobSpec): number {
  return spec.training.optimizer.lr as number;
}

function diverged(name: string, value: number, { epoch, step }: RunState): Stop {
  return {
    outcome: 'diverged',
    message: `${name} became ${value} at step ${step} (after ${epoch} finished epochs)`,
  };
}
