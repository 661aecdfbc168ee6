// Writes what a job measures: the first epoch at once, the others gathered for a moment, one write at a time.

import type { EventBody } from '#contracts/events.ts';
import { splitNonFinite } from '#contracts/numbers.ts';
import type { Warning } from '#contracts/warnings.ts';
import type { JobRecord, JobStore, JobUpdate, Lease, Measured } from '#store/job-record.ts';
import type { EpochReport, ProgressReport, TestReport } from '#training/fit.ts';
import { EventBudget, eventsOf, extend, type OpenBlock } from './epochs.ts';

const GATHER_MS = 50;
const RETRY_MS = 500;

export interface Recorder {
  add(report: EpochReport): void;
  /** Where the unfinished epoch is; only the newest is written, and none after an epoch that came later. */
  progress(report: ProgressReport): void;
  /** Resolves when all that was added is written (or the lease is lost). */
  flush(): Promise<void>;
  /** Resolves when all that was added before is written; false where some of it never will be. */
  written(): Promise<boolean>;
  /** Says something before the epochs; `from` is what an earlier attempt had measured, where this one goes on. */
  open(said: EventBody, from?: JobUpdate): void;
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

function measured({ epoch, values, confusion_matrix }: EpochReport): Measured {
  return {
    epoch,
    ...splitNonFinite(values),
    ...(confusion_matrix === undefined ? {} : { confusion_matrix }),
  };
}

export function openRecorder(options: RecorderOptions): Recorder {
  const { jobs, lease } = options;
  let waiting: EpochReport[] = [];
  let within: ProgressReport | null = null;
  let block: OpenBlock | null = null;
  const budget = new EventBudget(performance.now());
  let openings: { said: EventBody; from: JobUpdate }[] = [];
  let best: Measured | null = null;
  let added = 0;
  let recorded = 0;
  let expecting: { upTo: number; resolve(written: boolean): void }[] = [];
  let running: Promise<void> | null = null;
  let notBefore = Number.NEGATIVE_INFINITY;
  let hurry = () => {};
  let flushing = false;
  let ended = false;

  function end(): void {
    ended = true;
    tellWhoExpects();
  }

  function tellWhoExpects(): void {
    const done = expecting.filter(({ upTo }) => ended || upTo <= recorded);
    expecting = expecting.filter((one) => !done.includes(one));
    for (const { upTo, resolve } of done) resolve(upTo <= recorded);
  }

  async function write(reports: EpochReport[]): Promise<void> {
    const history = extend(block, reports);
    const first = [...openings];
    const from: JobUpdate = Object.assign({}, ...first.map((each) => each.from));
    const warnings = first.flatMap((each) => each.from.warnings ?? []);
    const latest = reports.at(-1);
    const before = best ?? from.best ?? null;
    const found = reports.findLast((report) => report.best);
    const better = found === undefined ? before : measured(found);
    const update: JobUpdate = {
      ...from,
      ...(latest === undefined
        ? {}
        : {
            progress: {
              epoch: latest.epoch,
              step: latest.step,
              etaSeconds: latest.eta_seconds,
              runningLoss: null,
              samplesPerSec: latest.samples_per_sec,
            },
            latest: measured(latest),
          }),
      ...(better !== null && better !== before ? { best: better } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(reports.length > 0 ? { history: history.blocks } : {}),
    };
    const bodies = eventsOf(reports, budget.take(reports.length, performance.now()));
    if (!(await jobs.append(lease, [...first.map(({ said }) => said), ...bodies], update))) {
      end();
      return options.onLost();
    }
    best = better;
    block = history.open;
    openings = openings.slice(first.length);
    recorded += reports.length;
    tellWhoExpects();
    options.onRecorded(reports.length);
  }

  async function writeProgress({ epoch, step, ...report }: ProgressReport): Promise<void> {
    const progress = {
      epoch,
      step,
      etaSeconds: report.eta_seconds,
      runningLoss: report.running_loss,
      samplesPerSec: report.samples_per_sec,
    };
    if (await jobs.append(lease, [], { progress })) return;
    end();
    options.onLost();
  }

  async function drain(): Promise<void> {
    while ((waiting.length > 0 || openings.length > 0 || within !== null) && !ended) {
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
      const place = within;
      within = null;
      notBefore = flushing ? Number.NEGATIVE_INFINITY : performance.now() + GATHER_MS;
      try {
        if (place === null || reports.length > 0 || openings.length > 0) await write(reports);
        if (place !== null && place.epoch >= (reports.at(-1)?.epoch ?? 0)) await writeProgress(place);
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
      added++;
      running ??= drain();
    },
    progress(report) {
      if (ended) return;
      within = report;
      running ??= drain();
    },
    open(said, from = {}) {
      if (ended) return;
      openings.push({ said, from });
      running ??= drain();
    },
    written() {
      return new Promise((resolve) => {
        expecting.push({ upTo: added, resolve });
        tellWhoExpects();
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

/** What the test gave, behind all epochs. */
export async function tellTest(
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

/** Once, however many attempts find it. */
export function tellWarning(
  recorder: Recorder,
  { warnings }: Pick<JobRecord, 'warnings'>,
  warning: Warning,
): void {
  if (warnings.some(({ code, param }) => code === warning.code && param === warning.param)) return;
  recorder.open({ type: 'log', data: { level: 'warning', ...warning } }, { warnings: [warning] });
}
