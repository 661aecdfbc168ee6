// Which epoch is the best so far, and when early stopping ends the run.

import type { CompiledJob } from '../job/compile.ts';
import type { RunState } from './run-state.ts';

type Values = Readonly<Record<string, number>>;

/** The value that epochs are compared by: the monitored metric, or the validation loss, or the training loss. */
export function monitoredValue({ spec, validation }: CompiledJob, values: Values): number {
  const { early_stopping: stopping } = spec.training;
  return values[stopping?.monitor ?? (validation.steps > 0 ? 'val_loss' : 'train_loss')]!;
}

export function isBest(job: CompiledJob, { best }: RunState, values: Values): boolean {
  const { early_stopping: stopping } = job.spec.training;
  const value = monitoredValue(job, values);
  const sign = stopping?.mode === 'max' ? -1 : 1;
  const better = best === null || sign * (best.value - value) > (stopping?.min_delta ?? 0);
  return better && Number.isFinite(value);
}

/** Whether the best epoch is `patience` epochs ago, so that early stopping ends the run. */
export function isStale({ spec }: CompiledJob, { epoch, best }: RunState): boolean {
  const patience = spec.training.early_stopping?.patience ?? Number.POSITIVE_INFINITY;
  return best !== null && epoch - best.epoch >= patience;
}
