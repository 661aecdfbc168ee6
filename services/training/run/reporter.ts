// The reports of a run: the metrics of every epoch, and progress within an epoch. Reads the run's state without changing it.

import type { MetricsData } from '#contracts/jobs/events.ts';
import type { CompiledJob } from '../job/compile.ts';
import type { FitHooks } from './hooks.ts';
import { type Measured, measure } from './measure.ts';
import { rowsOf } from './pass.ts';
import type { RunState } from './run-state.ts';

export interface EpochReport {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  /** train_loss, val_loss, train_accuracy, …; may hold NaN and infinities. */
  readonly values: Record<string, number>;
  /** Whether this is the best epoch so far by the job's monitored value. */
  readonly best: boolean;
  readonly confusion_matrix?: NonNullable<MetricsData['confusion_matrix']>;
  readonly learning_rate: number;
  readonly samples_per_sec: number;
  /** Training time since the start of the job. */
  readonly seconds: number;
  readonly eta_seconds: number;
}

export interface ProgressReport {
  /** Completed epochs. */
  readonly epoch: number;
  readonly step: number;
  /** Mean over the unfinished epoch so far; may be NaN or infinite. */
  readonly running_loss: number;
  readonly samples_per_sec: number;
  readonly eta_seconds: number;
}

/** Minimum time between two progress reports, and between the start of an epoch and its first. */
const APART_MS = 500;

type Place = Pick<RunState, 'epoch' | 'step' | 'position' | 'seconds' | 'sums'>;

export class Reporter {
  readonly #job: CompiledJob;
  readonly #hooks: FitHooks;
  /** Where this run began: its pace is measured from here, not over earlier attempts. */
  readonly #from: { epochs: number; seconds: number };
  #lastReport = performance.now();
  #epochBegan: { seconds: number; rows: number };

  constructor(job: CompiledJob, hooks: FitHooks, from: Place) {
    this.#job = job;
    this.#hooks = hooks;
    this.#from = { epochs: epochsOf(job, from), seconds: from.seconds };
    this.#epochBegan = { seconds: from.seconds, rows: rowsOf(job.train, from.position) };
  }

  epoch(
    state: Place,
    { values, matrices }: Measured,
    {
      best,
      learningRate,
      samplesPerSecond,
    }: { best: boolean; learningRate: number; samplesPerSecond: number },
  ): void {
    this.#lastReport = performance.now();
    this.#epochBegan = { seconds: state.seconds, rows: 0 };
    this.#hooks.onEpoch({
      epoch: state.epoch,
      epochs: this.#job.spec.training.epochs,
      step: state.step,
      values,
      best,
      ...(matrices.train === undefined ? {} : { confusion_matrix: { ...matrices, train: matrices.train } }),
      learning_rate: learningRate,
      samples_per_sec: samplesPerSecond,
      seconds: state.seconds,
      eta_seconds: this.#secondsLeft(state),
    });
  }

  progress(state: Place): void {
    if (this.#hooks.onProgress === undefined) return;
    // A run that has just begun, or was stopped in its first step, has no pace yet.
    if (epochsOf(this.#job, state) <= this.#from.epochs) return;
    const now = performance.now();
    if (now - this.#lastReport < APART_MS) return;
    this.#lastReport = now;
    const rows = rowsOf(this.#job.train, state.position);
    const measured: Measured = { values: {}, matrices: {} };
    measure(this.#job, measured, 'train', state.sums, rows);
    const seconds = Math.max(state.seconds - this.#epochBegan.seconds, 1e-3);
    this.#hooks.onProgress({
      epoch: state.epoch,
      step: state.step,
      running_loss: measured.values.train_loss!,
      samples_per_sec: (rows - this.#epochBegan.rows) / seconds,
      eta_seconds: this.#secondsLeft(state),
    });
  }

  #secondsLeft(state: Place): number {
    const { epochs, max_seconds } = this.#job.spec.training;
    const done = epochsOf(this.#job, state);
    // If the resumed epoch had no steps left to run, use the pace of the whole job.
    const from = done > this.#from.epochs ? this.#from : { epochs: 0, seconds: 0 };
    const pace = (state.seconds - from.seconds) / (done - from.epochs);
    const allowed = (max_seconds ?? Number.POSITIVE_INFINITY) - state.seconds;
    return Math.max(0, Math.min(pace * (epochs - done), allowed));
  }
}

/** Epochs done, including the finished fraction of the current one. */
function epochsOf({ train }: CompiledJob, { epoch, position }: Place): number {
  return epoch + position / train.steps;
}
