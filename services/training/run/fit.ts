// Trains a job from beginning to end: compiles it, runs its epochs, writes the trained model to a file.

import type { JobSpec } from '#contracts/jobs/job-api.ts';
import { restoresBest } from '#contracts/training/training.ts';
import type { Backend } from '#engine/backends/backend.ts';
import { defaultBackend } from '../backend.ts';
import type { JobTable } from '../data/rows/job-table.ts';
import type { StoredTable } from '../data/table.ts';
import { compileOn, type Devices } from '../devices.ts';
import { type CompiledJob, type CompileOptions, compileJob } from '../job/compile.ts';
import { preparedTable } from '../job/prepared-table.ts';
import { unseenClasses } from '../warnings/watch.ts';
import { encodeArtifact } from './artifact.ts';
import { CheckpointError, decodeCheckpoint } from './checkpoint.ts';
import type { FitHooks } from './hooks.ts';
import { type KeptModels, modelsOf } from './kept-models.ts';
import { Loop } from './loop.ts';
import type { Measured } from './measure.ts';
import { capture, freshRun, type RunState } from './run-state.ts';

export type { Checkpoint, FitHooks } from './hooks.ts';
export type { EpochReport, ProgressReport } from './reporter.ts';

export interface FitOptions extends CompileOptions {
  readonly backend?: Backend;
  /** Devices to choose from, instead of `backend`. */
  readonly devices?: Devices;
  /** Where an earlier run of the same job stopped. */
  readonly from?: RunState;
  /** Like `from`, but as a file. An unusable file is reported, and the run starts from the beginning. */
  readonly resume?: { readonly file: Uint8Array; report(refused: string | null, moved: boolean): void };
  /** Initial network states (theta, buffers), instead of those drawn from the seed. */
  readonly initial?: Readonly<Record<string, Float32Array>>;
}

/** Measured with the weights of `epoch`. */
export interface TestReport extends Measured {
  readonly epoch: number;
  readonly samples: number;
}

export interface FitResult {
  readonly outcome: 'completed' | 'early_stopped' | 'max_seconds' | 'diverged' | 'cancelled' | 'paused';
  /** The weights at the end and those of the best epoch; null if not finite or not kept. */
  readonly models: KeptModels;
  /** The one of these that the job's settings ask for. */
  readonly model: Uint8Array;
  readonly state: RunState;
  readonly fingerprint: string;
  /** Test results with these weights, if test samples are held out. */
  readonly test?: TestReport;
  readonly message?: string;
}

/** @throws Problem if the job does not fit the table */
export async function fit(
  spec: JobSpec,
  given: StoredTable | JobTable,
  hooks: FitHooks,
  options: FitOptions = {},
): Promise<FitResult> {
  const table = preparedTable(spec, given);
  if (table.note != null) hooks.onNote?.(table.note);
  const job = await compiled(spec, table, hooks, options);
  try {
    return await fitCompiled(job, table, hooks, options);
  } finally {
    await job.close();
  }
}

async function fitCompiled(
  job: CompiledJob,
  table: JobTable,
  hooks: FitHooks,
  options: FitOptions,
): Promise<FitResult> {
  const { spec } = job;
  const unseen = unseenClasses(job, table);
  if (unseen !== null) hooks.onWarning?.(unseen);
  const loop = new Loop(
    job,
    hooks,
    options.from ?? resumed(job, options.resume) ?? freshRun(job, options.initial),
  );
  const stop = (await loop.epochs()) ?? { outcome: 'completed' as const };

  const state = await capture(loop.state, job);
  const models = modelsOf(job, state, stop.outcome === 'diverged');
  const served = (restoresBest(spec.training) ? models.best : models.last) ?? models.last ?? models.best;
  const over = stop.outcome !== 'diverged' && stop.outcome !== 'cancelled' && stop.outcome !== 'paused';
  const network = served?.step === state.step ? state.states : state.bestStates;
  const tested = over && served !== null && job.test.steps > 0 ? await loop.test(network) : null;
  const cancelled = tested !== null && 'outcome' in tested ? tested : null;
  return {
    ...(over && served === null
      ? { outcome: 'diverged', message: 'the last step produced weights that are not finite' }
      : (cancelled ?? stop)),
    ...(tested === null || 'outcome' in tested
      ? {}
      : { test: { epoch: served!.epoch, samples: job.test.rows, ...tested } }),
    models,
    get model() {
      return served?.file ?? encodeArtifact(job.card, job.model, job.layout, state.states);
    },
    state,
    fingerprint: job.fingerprint,
  };
}

async function compiled(
  spec: JobSpec,
  table: JobTable,
  hooks: FitHooks,
  { backend = defaultBackend, devices, ...options }: FitOptions,
): Promise<CompiledJob> {
  if (devices === undefined) return compileJob(spec, table, backend, options);
  const { job, chosen } = await compileOn(devices, spec, table, options);
  hooks.onDevice?.(chosen);
  return job;
}

function resumed(job: CompiledJob, resume: FitOptions['resume']): RunState | null {
  if (resume === undefined) return null;
  try {
    const { moved, ...state } = decodeCheckpoint(resume.file, job);
    resume.report(null, moved);
    return state;
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    resume.report(error.message, false);
    return null;
  }
}
