// Writes a job's measurements: the first epoch immediately, later ones batched for a moment, with one write in flight at a time.

import type { EventBody } from '#contracts/jobs/events.ts';
import { splitNonFinite } from '#contracts/numbers.ts';
import type { Warning } from '#contracts/warnings.ts';
import type { JobRecord, JobStore, JobUpdate, Lease } from '#store/jobs/job-record.ts';
import type { EpochReport, ProgressReport, TestReport } from '#training/run/fit.ts';
import { Composer, type Opening, type Write } from './compose.ts';

const GATHER_MS = 50;
const RETRY_MS = 500;

export interface Recorder {
  add(report: EpochReport): void;
  /** Progress within the current epoch; only the newest is written, and none older than an epoch already reported. */
  progress(report: ProgressReport): void;
  /** Resolves when everything added is written (or the lease is lost). */
  flush(): Promise<void>;
  /** Resolves when everything added so far is written; false if some of it never will be. */
  written(): Promise<boolean>;
  /** Records an event before the epochs; `from` is written to the row with it, such as the earlier measurements when resuming. */
  open(body: EventBody, from?: JobUpdate): void;
  /** The lease is lost: drops whatever is not yet written. */
  abandon(): void;
}

export interface RecorderOptions {
  jobs: Pick<JobStore, 'append'>;
  lease: Lease;
  /** This many more reports have been written. */
  onRecorded(reports: number): void;
  /** A write touched no row, or failed permanently. Nothing more is written. */
  onLost(): void;
  onError(error: unknown): void;
}

export function openRecorder(options: RecorderOptions): Recorder {
  const { jobs, lease } = options;
  let waiting: EpochReport[] = [];
  let within: ProgressReport | null = null;
  let openings: Opening[] = [];
  const composer = new Composer(performance.now());
  let added = 0;
  let recorded = 0;
  let expecting: { upTo: number; resolve(written: boolean): void }[] = [];
  let running: Promise<void> | null = null;
  let notBefore = Number.NEGATIVE_INFINITY;
  let hurry = () => {};
  let flushing = false;
  let ended = false;
  let unanswered: Write | null = null;

  function end(): void {
    ended = true;
    notifyWaiting();
  }

  function notifyWaiting(): void {
    const done = expecting.filter(({ upTo }) => ended || upTo <= recorded);
    expecting = expecting.filter((one) => !done.includes(one));
    // Once ended, reports are no longer counted, so nothing can be confirmed as written.
    for (const { upTo, resolve } of done) resolve(!ended && upTo <= recorded);
  }

  async function write({ bodies, update, reports }: Write): Promise<void> {
    if (!(await jobs.append(lease, bodies, update))) {
      end();
      return options.onLost();
    }
    recorded += reports;
    notifyWaiting();
    options.onRecorded(reports);
  }

  async function writeProgress({ epoch, step, ...report }: ProgressReport): Promise<void> {
    const progress = {
      epoch,
      step,
      etaSeconds: report.eta_seconds,
      runningLoss: report.running_loss,
      samplesPerSec: report.samples_per_sec,
    };
    // Numbered too, so that a delayed duplicate cannot set the job back.
    if (await jobs.append(lease, [], { progress, write: composer.number() })) return;
    end();
    options.onLost();
  }

  async function drain(): Promise<void> {
    const isDone = () =>
      unanswered === null && waiting.length === 0 && openings.length === 0 && within === null;
    while (!isDone() && !ended) {
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
      notBefore = flushing ? Number.NEGATIVE_INFINITY : performance.now() + GATHER_MS;
      try {
        if (unanswered === null && (waiting.length > 0 || openings.length > 0)) {
          unanswered = composer.next(openings, waiting, performance.now());
          [openings, waiting] = [[], []];
        }
        const place = within;
        within = null;
        const epoch = unanswered?.epoch ?? 0;
        if (unanswered !== null) await write(unanswered);
        unanswered = null;
        if (place !== null && place.epoch >= epoch) await writeProgress(place);
      } catch (error) {
        // Writes are atomic, so retry; the lease decides for how long.
        options.onError(error);
        notBefore = performance.now() + RETRY_MS;
      }
    }
    running = null;
  }

  return {
    add(report) {
      if (ended) return;
      waiting.push(report);
      added++;
      running ??= drain();
    },
    progress(report) {
      if (ended) return;
      within = report;
      running ??= drain();
    },
    open(body, from = {}) {
      if (ended) return;
      openings.push({ body, from });
      running ??= drain();
    },
    written() {
      return new Promise((resolve) => {
        expecting.push({ upTo: added, resolve });
        notifyWaiting();
      });
    },
    async flush() {
      flushing = true;
      notBefore = Number.NEGATIVE_INFINITY;
      hurry();
      await running;
      flushing = false;
    },
    abandon() {
      end();
      hurry();
    },
  };
}

/** Records the test result, after all epochs. */
export async function reportTest(
  recorder: Recorder,
  { values, matrices, epoch, samples }: TestReport,
): Promise<void> {
  const measured = { epoch, ...splitNonFinite(values) };
  const matrix = matrices.test === undefined ? {} : { confusion_matrix: matrices.test };
  const kept = matrices.test === undefined ? {} : { confusion_matrix: { test: matrices.test } };
  recorder.open(
    { type: 'test', data: { ...measured, samples, ...matrix } },
    { test: { ...measured, ...kept } },
  );
  await recorder.flush();
}

/** Recorded once, however many attempts raise it. */
export function reportWarning(
  recorder: Recorder,
  { warnings }: Pick<JobRecord, 'warnings'>,
  warning: Warning,
): void {
  if (warnings.some(({ code, param }) => code === warning.code && param === warning.param)) return;
  recorder.open({ type: 'log', data: { level: 'warning', ...warning } }, { warnings: [warning] });
}
