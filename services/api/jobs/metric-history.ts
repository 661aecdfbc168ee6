// From the packed metrics of a job's epochs to a bounded reply. Reads a few hundred epochs at a time and keeps only the buckets.

import type { MetricHistory, MetricHistoryQuery, Series } from '#contracts/jobs/metric-history.ts';
import { jsonNumber } from '#contracts/numbers.ts';
import type { HistoryStore } from '#store/events/history-record.ts';
import type { JobRecord } from '#store/jobs/job-record.ts';

/** The values of one series, one slot per bucket. NaN and infinities are values; undefined means no value. */
class Buckets {
  readonly last: (number | undefined)[];
  readonly #min: Float64Array;
  readonly #max: Float64Array;

  constructor(count: number) {
    this.last = new Array(count).fill(undefined);
    this.#min = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
    this.#max = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  }

  add(bucket: number, value: number): void {
    this.last[bucket] = value;
    if (!Number.isFinite(value)) return;
    if (value < this.#min[bucket]!) this.#min[bucket] = value;
    if (value > this.#max[bucket]!) this.#max[bucket] = value;
  }

  series(withRange: boolean): Series {
    const last = this.last.map((value) => jsonNumber(value ?? null));
    if (!withRange) return { last };
    const finite = (value: number) => (Number.isFinite(value) ? value : null);
    return { last, min: Array.from(this.#min, finite), max: Array.from(this.#max, finite) };
  }
}

export async function readHistory(
  history: HistoryStore,
  { id, progress }: JobRecord,
  { max_points, from_epoch: from, to_epoch }: MetricHistoryQuery,
): Promise<MetricHistory> {
  const to = Math.min(progress.epoch, to_epoch ?? progress.epoch);
  const epochs = Math.max(0, to - from + 1);
  const width = Math.max(1, Math.ceil(epochs / max_points));
  const count = Math.ceil(epochs / width);
  const series = new Map<string, Buckets>();
  for await (const { firstEpoch, names, values } of epochs === 0 ? [] : history.read(id, { from, to })) {
    const columns = names.map((name) => {
      const found = series.get(name) ?? new Buckets(count);
      series.set(name, found);
      return found;
    });
    for (let i = 0; i < values.length; i++) {
      const place = firstEpoch + Math.floor(i / names.length) - from;
      if (place >= 0) columns[i % names.length]!.add(Math.floor(place / width), values[i]!);
    }
  }
  return {
    object: 'job.metrics',
    job_id: id,
    epochs: progress.epoch,
    bucket_epochs: width,
    epoch: Array.from({ length: count }, (_, i) => Math.min(to, from + (i + 1) * width - 1)),
    series: Object.fromEntries([...series].map(([name, buckets]) => [name, buckets.series(width > 1)])),
  };
}
