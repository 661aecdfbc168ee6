// The measured epochs of a job as columns, from the log of its events. An epoch that a later attempt runs again takes the
// place of the earlier one: the bits are the same, and the clock goes on.

import type { JobEvent, MetricsData } from '#contracts/events.ts';

export interface History {
  readonly epochs: number[];
  /** Since the first event of the job. */
  readonly seconds: number[];
  readonly learningRate: number[];
  readonly samplesPerSecond: number[];
  /** By name, null where it was not finite or not measured. */
  readonly values: Map<string, (number | null)[]>;
  /** Where attempts after the first began, and where checkpoints are: finished epochs. */
  readonly attempts: { attempt: number; epoch: number }[];
  readonly checkpoints: { epoch: number; step: number; bytes: number; attempt: number }[];
  confusion: NonNullable<MetricsData['confusion_matrix']> | null;
  began: number | null;
  lastSeq: number;
}

export function emptyHistory(): History {
  return {
    epochs: [],
    seconds: [],
    learningRate: [],
    samplesPerSecond: [],
    values: new Map(),
    attempts: [],
    checkpoints: [],
    confusion: null,
    began: null,
    lastSeq: 0,
  };
}

export function addEvent(history: History, event: JobEvent): void {
  history.lastSeq = event.seq;
  history.began ??= event.ts;
  if (event.type === 'checkpoint') {
    const { epoch, step, bytes } = event.data;
    history.checkpoints.push({ epoch, step, bytes, attempt: event.attempt });
  } else if (event.type === 'status' && event.data.status === 'running') {
    if (history.attempts.at(-1)?.attempt !== event.attempt) {
      history.attempts.push({ attempt: event.attempt, epoch: history.epochs.at(-1) ?? 0 });
    }
  } else if (event.type === 'metrics') {
    addEpoch(history, event.data, (event.ts - history.began) / 1000);
  }
}

function addEpoch(history: History, data: MetricsData, seconds: number): void {
  let at = history.epochs.length;
  while (at > 0 && history.epochs[at - 1]! >= data.epoch) at -= 1;
  history.epochs.length = at;
  history.epochs.push(data.epoch);
  history.seconds.length = at;
  history.seconds.push(seconds);
  history.learningRate.length = at;
  history.learningRate.push(data.learning_rate);
  history.samplesPerSecond.length = at;
  history.samplesPerSecond.push(data.samples_per_sec);
  for (const name of [...Object.keys(data.metrics), ...Object.keys(data.nonfinite)]) {
    if (!history.values.has(name)) history.values.set(name, new Array(at).fill(null));
  }
  for (const [name, column] of history.values) {
    while (column.length < at) column.push(null);
    column.length = at;
    column.push(data.metrics[name] ?? null);
  }
  if (data.confusion_matrix !== undefined) history.confusion = data.confusion_matrix;
}
