// A learning rate schedule. If the rate depends on the step alone, it is a function of it, so a resumed run has nothing to remember; a
// schedule that watches the loss keeps a small state in the run's. A schedule is a file of this form and a line in index.ts.

import { z } from 'zod';
import type { Args, ArgsShape, Component, Refuse } from '../model/component.ts';

/** What a schedule that watches the loss remembers. */
export type Memory = Readonly<Record<string, number | null>>;

export interface When {
  /** The optimizer's own learning rate. */
  readonly base: number;
  /** How often the schedule was stepped before: 0, 1, … (torch's last_epoch) */
  readonly step: number;
  /** How many steps of the schedule the job has. */
  readonly steps: number;
  readonly memory: Memory | null;
}

/** When it is stepped: after every epoch, or after every update of the weights. */
export const Interval = z.enum(['epoch', 'step']);
export type Interval = z.infer<typeof Interval>;

export interface SchedulerMethods<A> {
  /** When it is stepped where the request does not say. */
  readonly interval?: Interval;
  /** The learning rate, as torch has it in the optimizer. */
  rate(args: A, when: When): number;
  /** The momentum (Adam's first beta) that goes with it, where the schedule moves that as well. */
  momentum?(args: A, when: When): number | null;
  /** Of a schedule that watches the loss (or another value of the reports). */
  readonly watches?: {
    /** Null: the loss. */
    monitor(args: A): string | null;
    begin(args: A, base: number): Memory;
    after(args: A, memory: Memory, value: number): Memory;
  };
  /** Why it cannot be a part of SequentialLR. */
  readonly alone?: string;
  /** What its schema cannot say. */
  check?(args: A, refuse: Refuse): void;
  /** Arguments with the defaults that its schema cannot fill in. */
  complete?(args: A): A;
  /** Checks the arguments against how many steps of the schedule the job has. */
  fits?(args: A, steps: number, refuse: Refuse): void;
}

export interface Scheduler extends Component, SchedulerMethods<Record<string, unknown>> {}

export function defineScheduler<S extends ArgsShape>(
  scheduler: { type: string; help: string; args: S } & SchedulerMethods<Args<S>>,
): Scheduler {
  return scheduler as unknown as Scheduler;
}

/** Arguments that every schedule takes beside its own. */
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
