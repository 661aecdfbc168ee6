// The learning rate of a job, update by update: the optimizer's own, or its schedule's.

import type { CompiledJob } from '../job/compile.ts';
import type { Memory, When } from '../schedulers/scheduler.ts';
import { updatesOf } from './pass.ts';
import type { RunState } from './run-state.ts';

type Job = Pick<CompiledJob, 'spec' | 'recipe' | 'train'>;
type Place = Pick<RunState, 'epoch' | 'schedule'>;

export interface Rates {
  readonly lr: number;
  /** The schedule's momentum for this update; null if the optimizer's own applies. */
  readonly momentum: number | null;
}

/** @param update counted from 0 over the whole job */
export function ratesAt({ spec, recipe, train }: Job, place: Place, update: number): Rates {
  const base = recipe.optimizer.args.lr as number;
  if (recipe.schedule === null) return { lr: base, momentum: null };
  const { definition, args, interval } = recipe.schedule;
  const { epochs, accumulate_steps } = spec.training;
  const when: When = {
    base,
    memory: place.schedule,
    ...(interval === 'epoch'
      ? { step: place.epoch, steps: epochs }
      : { step: update, steps: epochs * updatesOf(train, accumulate_steps) }),
  };
  return { lr: definition.rate(args, when), momentum: definition.momentum?.(args, when) ?? null };
}

/** The schedule's state before the first epoch. */
export function freshSchedule({ recipe }: Pick<CompiledJob, 'recipe'>): Memory | null {
  const { schedule, optimizer } = recipe;
  return schedule?.definition.watches?.begin(schedule.args, optimizer.args.lr as number) ?? null;
}

/** The schedule's state after an epoch with these values. */
export function afterEpoch(
  { recipe: { schedule } }: Pick<CompiledJob, 'recipe'>,
  memory: Memory | null,
  values: Readonly<Record<string, number>>,
): Memory | null {
  if (schedule === null || memory === null || schedule.monitor === null) return memory;
  return schedule.definition.watches!.after(schedule.args, memory, values[schedule.monitor]!);
}
