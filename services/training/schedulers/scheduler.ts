// A learning rate schedule. If the rate depends on the step alone, it is a function of it, so a resumed run has nothing to remember; a
// schedule that watches the loss keeps a small state in the run's. A schedule is a file of this form and a line in index.ts.

import { z } from 'zod';
import type { Args, ArgsShape, Component, Refuse } from '../model/component.ts';

/** The state of a schedule that watches the loss. */
export type Memory = Readonly<Record<string, number | null>>;

export interface When {
  /** The optimizer's own learning rate. */
  readonly base: number;
  /** How often the schedule has been stepped: 0, 1, … (torch's last_epoch) */
  readonly step: number;
  /** The job's total number of schedule steps. */
  readonly steps: number;
  readonly memory: Memory | null;
}

/** When the schedule steps: after every epoch, or after every weight update. */
export const Interval = z.enum(['epoch', 'step']);
export type Interval = z.infer<typeof Interval>;

export interface SchedulerMethods<A> {
  /** Default interval if the request names none. */
  readonly interval?: Interval;
  /** The learning rate, as torch sets it in the optimizer. */
  rate(args: A, when: When): number;
  /** The momentum (Adam's first beta) for this step; null if the schedule does not control it. */
  momentum?(args: A, when: When): number | null;
  /** Set for a schedule that watches the loss (or another reported value). */
  readonly watches?: {
    /** Null for the loss. */
    monitor(args: A): string | null;
    begin(args: A, base: number): Memory;
    after(args: A, memory: Memory, value: number): Memory;
  };
  /** Why it cannot be part of a SequentialLR. */
  readonly alone?: string;
  /** Checks that its schema cannot express. */
  check?(args: A, refuse: Refuse): void;
  /** Fills in defaults that its schema cannot. */
  complete?(args: A): A;
  /** Checks the arguments against the job's number of schedule steps. */
  fits?(args: A, steps: number, refuse: Refuse): void;
}

export interface Scheduler extends Component, SchedulerMethods<Record<string, unknown>> {}

export function defineScheduler<S extends ArgsShape>(
  scheduler: { type: string; help: string; args: S } & SchedulerMethods<Args<S>>,
): Scheduler {
  return scheduler as unknown as Scheduler;
}

/** Arguments that every schedule takes besides its own. */
export const COMMON = {
  interval: Interval.optional().describe(
    'When to step: after every epoch or every update; "epoch" if omitted, "step" for OneCycleLR',
  ),
};

export const count = (what: string) =>
  z
    .int({ error: 'must be a whole number' })
    .min(1, { error: 'must be at least 1' })
    .max(Number.MAX_SAFE_INTEGER)
    .describe(what);

export const milestones = (what: string) =>
  z.array(z.int().min(0).max(Number.MAX_SAFE_INTEGER)).max(1000).describe(what);

export const share = z.number().min(0).max(1);

/** Half a cosine wave: `from` at 0, `to` at 1. */
export function cosine(from: number, to: number, at: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * at))) / 2;
}
