// The hooks by which the training loop talks to its caller: reports, checkpoints, and whether to stop.

import type { DeviceData } from '#contracts/device.ts';
import type { Place } from '#contracts/jobs/checkpoint.ts';
import type { Warning } from '#contracts/warnings.ts';
import type { EpochReport, ProgressReport } from './reporter.ts';
import type { RunState } from './run-state.ts';

/** A place from which the run can resume. */
export interface Checkpoint extends Place {
  /** Where its best weights come from; null if it has none. */
  readonly best: Place | null;
  /** `within` an epoch, because one is due or requested; at an `epoch`'s end, where it may be skipped; before a `pause`. */
  readonly occasion: 'within' | 'epoch' | 'pause';
  /** A copy of the state. Call it before the hook's promise settles. */
  state(): Promise<RunState>;
  /** The same, as the pieces of a file. */
  file(): Promise<Uint8Array[]>;
}

export interface FitHooks {
  onEpoch(report: EpochReport): void;
  /** At most twice a second, within an epoch. */
  onProgress?(report: ProgressReport): void;
  /** Warnings about valid but probably unintended settings, as they appear; each once. */
  onWarning?(warning: Warning): void;
  /** A line for the log, about something found before the first step. */
  onNote?(message: string): void;
  /** The chosen device, before the first step. */
  onDevice?(chosen: DeviceData): void;
  /** After every `checkpoint.every_epochs` epochs, except the last one of the run. */
  onCheckpoint?(checkpoint: Checkpoint): void | Promise<void>;
  /** Whether a checkpoint is due or requested within the epoch. Checked every few milliseconds. */
  wantsCheckpoint?(): boolean;
  /** Checked every few milliseconds. A checkpoint is made before a pause. */
  shouldStop(): 'cancel' | 'pause' | null;
  /** Yields to the event loop, so that requests to stop can arrive. */
  yieldToEvents(): Promise<void>;
}

/** Why a run ends before its last epoch. */
export type Stop =
  | { outcome: 'cancelled' | 'paused' | 'early_stopped' | 'max_seconds' }
  | { outcome: 'diverged'; message: string };
