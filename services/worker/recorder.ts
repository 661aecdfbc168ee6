// Writes a job's epochs into the event log: the first at once, the others gathered for a moment, one write at a time.

import { splitNonFinite } from '#contracts/numbers.ts';
import type { JobStore, JobUpdate, Lease, Measured } from '#store/job-record.ts';
import type { EpochReport } from '#training/fit.ts';

const GATHER_MS = 50;
const RETRY_MS = 500;

export interface Recorder {
  add(report: EpochReport): void;
  /** Resolves when all that was added is written (or the lease is lost). */
  flush(): Promise<void>;
  /** The lease is lost: what is not written never will be. */
  abandon(): void;
}

export interface RecorderOptions {
  jobs: Pick<JobStore, 'append'>;
  lease: Lease;
  /** So many reports more are written. */
  onRecorded(reports: number): void;
  /** A write touched no row, or failed for good. Nothing is written any more. */
  onLost(): void;
  onError(error: unknown): void;
}

/** What a job is judged by: the loss on held-out samples, or on all where none are held out. Lower is better. */
function score(report: EpochReport): number {
  const loss = report.values.val_loss ?? report.values.train_loss ?? Number.NaN;
  return Number.isFinite(loss) ? loss : Number.POSITIVE_INFINITY;
}

function measured(report: EpochReport): Measured {
  return { epoch: report.epoch, ...splitNonFinite(report.values) };
}

export function openRecorder(options: RecorderOptions): Recorder {
  const { jobs, lease } = options;
  let waiting: EpochReport[] = [];
  let best: EpochReport | null = null;
  let running: Promise<void> | null = null;
  let notBefore = Number.NEGATIVE_INFINITY;
  let hurry = () => {};
  let flushing = false;
  let ended = false;

  async function write(reports: EpochReport[]): Promise<void> {
    const latest = reports.at(-1);
    if (latest === undefined) return;
    let better = best;
    for (const report of reports) if (better === null || score(report) < score(better)) better = report;
    const update: JobUpdate = {
      progress: { epoch: latest.epoch, step: latest.step, etaSeconds: latest.eta_seconds },
      latest: measured(latest),
      ...(better !== null && better !== best ? { best: measured(better) } : {}),
    };
    const bodies = reports.map(({ values, ...rest }) => ({
      type: 'metrics' as const,
      data: { ...rest, ...splitNonFinite(values) },
    }));
    if (!(await jobs.append(lease, bodies, update))) {
      ended = true;
      return options.onLost();
    }
    best = better;
    options.onRecorded(reports.length);
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0 && !ended) {
      const pause = notBefore - performance.now();
      if (pause > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pause);
          hurry = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      if (ended) break;
      const reports = waiting;
      waiting = [];
      notBefore = flushing ? Number.NEGATIVE_INFINITY : performance.now() + GATHER_MS;
      try {
        await write(reports);
      } catch (error) {
        // All or nothing was written; the lease decides how long it is worth trying again.
        options.onError(error);
        waiting = [...reports, ...waiting];
        notBefore = performance.now() + RETRY_MS;
      }
    }
    running = null;
  }

  return {
    add(report) {
      if (ended) return;
      waiting.push(report);
      running ??= drain();
    },
    async flush() {
      flushing = true;
      notBefore = Number.NEGATIVE_INFINITY;
      hurry();
      await running;
      flushing = false;
    },
    abandon() {
      ended = true;
      hurry();
    },
  };
}
