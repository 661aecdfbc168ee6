// Composes the next write of a job's measurements. Once composed, it is kept unchanged until it is known to have been committed: the reply
// may be lost, and a retry must be the same write.

import type { EventBody } from '#contracts/jobs/events.ts';
import { splitNonFinite } from '#contracts/numbers.ts';
import type { JobProgress, JobUpdate, Measured } from '#store/jobs/job-record.ts';
import type { EpochReport } from '#training/run/fit.ts';
import { EventBudget, eventsOf, extend, type OpenBlock } from './epochs.ts';

/** An event before the epochs, and the row update that belongs to it. */
export interface Opening {
  body: EventBody;
  from: JobUpdate;
}

export interface Write {
  bodies: EventBody[];
  update: JobUpdate;
  /** How many reports it contains, */
  reports: number;
  /** and the epoch of the last one. */
  epoch: number;
}

const placeOf = ({ epoch, step, eta_seconds, samples_per_sec }: EpochReport): JobProgress => ({
  epoch,
  step,
  etaSeconds: eta_seconds,
  runningLoss: null,
  samplesPerSec: samples_per_sec,
});

function measured({ epoch, values, confusion_matrix }: EpochReport): Measured {
  return {
    epoch,
    ...splitNonFinite(values),
    ...(confusion_matrix === undefined ? {} : { confusion_matrix }),
  };
}

/** Each write continues where the previous one ended. */
export class Composer {
  #block: OpenBlock | null = null;
  #best: Measured | null = null;
  #writes = 0;
  readonly #budget: EventBudget;

  constructor(now: number) {
    this.#budget = new EventBudget(now);
  }

  /** The number of the next write under this lease. */
  number(): number {
    this.#writes += 1;
    return this.#writes;
  }

  next(openings: readonly Opening[], reports: readonly EpochReport[], now: number): Write {
    const history = extend(this.#block, reports);
    const from: JobUpdate = Object.assign({}, ...openings.map((each) => each.from));
    const warnings = openings.flatMap((each) => each.from.warnings ?? []);
    const latest = reports.at(-1);
    const before = this.#best ?? from.best ?? null;
    const found = reports.findLast((report) => report.best);
    const better = found === undefined ? before : measured(found);
    const update: JobUpdate = {
      ...from,
      ...(latest === undefined ? {} : { progress: placeOf(latest), latest: measured(latest) }),
      ...(better !== null && better !== before ? { best: better } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(reports.length > 0 ? { history: history.blocks } : {}),
      write: this.number(),
    };
    const epochs = eventsOf(reports, this.#budget.take(reports.length, now));
    this.#best = better;
    this.#block = history.open;
    const bodies = [...openings.map(({ body }) => body), ...epochs];
    return { bodies, update, reports: reports.length, epoch: latest?.epoch ?? 0 };
  }
}
