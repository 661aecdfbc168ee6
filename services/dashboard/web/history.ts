// A job's measured epochs as columns. The service returns the history so far, downsampled to a bounded number of points; later events
// extend it. An epoch repeated by a later attempt replaces the earlier one; its values are bit-identical.

import type { JobEvent, MetricsData } from '#contracts/jobs/events.ts';
import type { MetricHistory } from '#contracts/jobs/metric-history.ts';

export interface History {
  readonly epochs: number[];
  /** Training time since the start of the job. */
  readonly seconds: number[];
  readonly learningRate: number[];
  readonly samplesPerSecond: number[];
  /** By metric; null if not measured or not finite. */
  readonly values: Map<string, (number | null)[]>;
  /** Finished epochs at which attempts after the first began, and at which checkpoints were taken. */
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

const CLOCKED = ['seconds', 'learning_rate', 'samples_per_sec'];
const finite = (value: unknown) => (typeof value === 'number' ? value : null);

/** If the service sends buckets of several epochs, each becomes two points, its minimum and its maximum, so that no spike is lost. */
export function historyOf({ epoch, bucket_epochs: width, series }: MetricHistory): History {
  const history = emptyHistory();
  const twice = width > 1;
  const column = (name: string, ends: 'range' | 'last'): (number | null)[] => {
    const found = series[name];
    return epoch.flatMap((_, i) => {
      const last = finite(found?.last[i]);
      if (!twice) return [last];
      return ends === 'last' ? [last, last] : [finite(found?.min?.[i]), finite(found?.max?.[i])];
    });
  };
  const numbers = (name: string) => column(name, 'last').map((value) => value ?? 0);
  history.epochs.push(...epoch.flatMap((last) => (twice ? [last - Math.floor(width / 2), last] : [last])));
  history.seconds.push(...numbers('seconds'));
  history.learningRate.push(...numbers('learning_rate'));
  history.samplesPerSecond.push(...numbers('samples_per_sec'));
  for (const name of Object.keys(series)) {
    if (!CLOCKED.includes(name)) history.values.set(name, column(name, 'range'));
  }
  return history;
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
    addEpoch(history, event.data, event.data.seconds ?? (event.ts - history.began) / 1000);
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
