// The training settings of a request: loss, optimizer, schedule and metrics looked up in their registries, every default filled in, with
// the metrics that suit the loss.

import { z } from 'zod';
import type { Detail } from '#contracts/errors.ts';
import { didYouMean } from '#contracts/nearest.ts';
import { detailsOf } from '#contracts/problems.ts';
import {
  type EarlyStopping,
  type RenderedTraining,
  restoresBest,
  TrainingRequest,
} from '#contracts/training/training.ts';
import { readHeldOut } from '../job/held-out.ts';
import { losses } from '../losses/index.ts';
import type { Loss } from '../losses/loss.ts';
import { metricNamed, metrics as metricRegistry } from '../metrics/index.ts';
import type { Metric } from '../metrics/metric.ts';
import { optimizers } from '../optimizers/index.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { schedulers } from '../schedulers/index.ts';
import { COMMON, type Interval, type Scheduler } from '../schedulers/scheduler.ts';
import { catalogueOf, type Named, type Read, readComponent, refuseAt } from './component.ts';

export interface Schedule {
  readonly definition: Scheduler;
  readonly args: Record<string, unknown>;
  readonly interval: Interval;
  /** The reported value that it monitors; null if none. */
  readonly monitor: string | null;
  /** Whether it controls the momentum too. */
  readonly cycles: boolean;
}

export interface Recipe {
  readonly rendered: RenderedTraining;
  readonly loss: Named<Loss>;
  /** If the schedule controls the momentum, the arguments hold its first value. */
  readonly optimizer: Named<Optimizer>;
  readonly schedule: Schedule | null;
  readonly metrics: readonly Metric[];
}

const TrainingFrame = TrainingRequest.extend({
  loss: z.unknown().optional(),
  optimizer: z.unknown().default('Adam'),
  scheduler: z.unknown().default(null),
});

export function readRecipe(input: unknown, root = 'training'): Read<Recipe> {
  const details: Detail[] = [];
  const frame = TrainingFrame.safeParse(input);
  if (!frame.success) details.push(...detailsOf(frame.error, TrainingRequest, root, input));
  if (typeof input !== 'object' || input === null) return { details, value: null };

  const given = input as { loss?: unknown; optimizer?: unknown; scheduler?: unknown };
  if (given.loss === undefined) {
    details.push({ param: `${root}.loss`, code: 'missing', message: 'name what to minimize' });
  }
  const loss = given.loss === undefined ? null : readComponent(losses, given.loss, `${root}.loss`);
  details.push(...(loss?.details ?? []));
  const optimizer = readComponent(optimizers, given.optimizer ?? 'Adam', `${root}.optimizer`);
  details.push(...optimizer.details);
  const { definition, args } = optimizer.value ?? {};
  if (args !== undefined) definition?.check?.(args, refuseAt(details, `${root}.optimizer`));
  const schedule = readSchedule(given.scheduler ?? null, `${root}.scheduler`);
  details.push(...schedule.details);

  if (!frame.success || !loss?.value || !optimizer.value) return { details, value: null };
  const { data } = frame;
  const metrics = readMetrics(data.metrics, loss.value.definition, root, details);
  const held = { validation: data.validation, test: data.test };
  const parts = {
    validation: held.validation && readHeldOut(held.validation, `${root}.validation`, details),
    test: held.test && readHeldOut(held.test, `${root}.test`, details),
  };
  if (data.validation_split > 0 && held.validation !== null) {
    const message = 'is a shorthand for validation: use only one of the two';
    details.push({ param: `${root}.validation_split`, code: 'does_not_fit', message });
  }
  const monitors = monitorsOf(metrics, data.validation_split > 0 || held.validation !== null);
  const stopping = data.early_stopping && readStopping(data.early_stopping, monitors, root, details);
  const watched = schedule.value?.definition.watches?.monitor(schedule.value.args);
  if (typeof watched === 'string') monitors.check(watched, `${root}.scheduler.monitor`, details);
  const cycled = schedule.value && momentumAtFirst(schedule.value);
  const withMomentum = optimizer.value.definition.withMomentum;
  if (cycled !== null && withMomentum === undefined) {
    const { type } = optimizer.value.definition;
    const message = `${type} has no momentum to cycle: set "cycle_momentum": false`;
    details.push({ param: `${root}.scheduler.cycle_momentum`, code: 'does_not_fit', message });
  }
  const rendered: RenderedTraining = {
    ...data,
    ...parts,
    precision: 'float32',
    loss: { type: loss.value.definition.type, ...loss.value.args },
    optimizer: { type: optimizer.value.definition.type, ...optimizer.value.args },
    scheduler: schedule.value && {
      type: schedule.value.definition.type,
      ...schedule.value.args,
      interval: schedule.value.interval,
    },
    metrics: metrics.map(({ name }) => name),
    early_stopping: stopping,
    restore_best: restoresBest({ restore_best: data.restore_best, early_stopping: stopping }),
  };
  const found = schedule.value && {
    ...schedule.value,
    monitor: watched === undefined ? null : (watched ?? monitors.loss),
    cycles: cycled !== null,
  };
  const moved = cycled === null ? optimizer.value.args : withMomentum?.(optimizer.value.args, cycled);
  return {
    details,
    value: {
      rendered,
      loss: loss.value,
      optimizer: { ...optimizer.value, args: moved ?? optimizer.value.args },
      schedule: found,
      metrics,
    },
  };
}

/** Null if the schedule leaves the momentum alone. */
function momentumAtFirst({ definition, args }: Pick<Schedule, 'definition' | 'args'>): number | null {
  return definition.momentum?.(args, { base: 0, step: 0, steps: 2, memory: null }) ?? null;
}

function readSchedule(given: unknown, path: string): Read<Omit<Schedule, 'monitor' | 'cycles'>> {
  if (given === null) return { details: [], value: null };
  const { details, value } = readComponent(schedulers, given, path, COMMON);
  if (value === null) return { details, value };
  const { definition, args, common } = value;
  const refuse = refuseAt(details, path);
  definition.check?.(args, refuse);
  const interval = (common.interval as Interval | undefined) ?? definition.interval ?? 'epoch';
  if (definition.watches !== undefined && interval === 'step') {
    refuse('interval', `${definition.type} uses values of whole epochs: set "epoch"`);
  }
  if (details.length > 0) return { details, value: null };
  return { details, value: { definition, args: definition.complete?.(args) ?? args, interval } };
}

/** The requested metrics, without duplicates; by default accuracy, if it suits the loss. */
function readMetrics(
  names: readonly string[] | undefined,
  { task, type }: Loss,
  root: string,
  details: Detail[],
): Metric[] {
  if (names === undefined) {
    const accuracy = metricNamed('accuracy')!;
    return accuracy.tasks.includes(task) ? [accuracy] : [];
  }
  const found = new Map<string, Metric>();
  for (const [i, name] of names.entries()) {
    const param = `${root}.metrics[${i}]`;
    const metric = metricNamed(name);
    if (metric === null) {
      const message = `unknown metric ${JSON.stringify(name)}; ${didYouMean(name, [...metricRegistry.keys()], catalogueOf('metric'))}`;
      details.push({ param, code: 'unknown_metric', message });
    } else if (!metric.tasks.includes(task)) {
      const message = `${name} does not apply to the outputs of ${type}`;
      details.push({ param, code: 'does_not_fit', message });
    } else found.set(metric.name, metric);
  }
  return [...found.values()];
}

interface Monitors {
  /** The default monitor: val_loss, or train_loss if nothing is held out. */
  readonly loss: string;
  /** By name: whether higher or lower is better. */
  readonly better: ReadonlyMap<string, 'min' | 'max'>;
  check(name: string, param: string, details: Detail[]): void;
}

/** The reported values that can be monitored. */
function monitorsOf(metrics: readonly Metric[], holdsOut: boolean): Monitors {
  const values = [{ name: 'loss', better: 'min' } as const, ...metrics];
  const better = new Map<string, 'min' | 'max'>();
  for (const phase of holdsOut ? ['train', 'val'] : ['train']) {
    for (const value of values) if (value.better !== null) better.set(`${phase}_${value.name}`, value.better);
  }
  return {
    loss: holdsOut ? 'val_loss' : 'train_loss',
    better,
    check(name, param, details) {
      if (better.has(name)) return;
      const known = [...better.keys()];
      const hint =
        name.startsWith('val_') && !holdsOut ? ' (nothing is held out; set training.validation)' : '';
      const message = `the job does not measure ${JSON.stringify(name)}${hint}; ${didYouMean(name, known)}`;
      details.push({ param, code: 'does_not_fit', message });
    },
  };
}

function readStopping(
  given: EarlyStopping,
  monitors: Monitors,
  root: string,
  details: Detail[],
): RenderedTraining['early_stopping'] {
  const { patience, min_delta, restore_best } = given;
  const monitor = given.monitor ?? monitors.loss;
  monitors.check(monitor, `${root}.early_stopping.monitor`, details);
  const mode = given.mode ?? monitors.better.get(monitor) ?? 'min';
  return { monitor, patience, min_delta, mode, restore_best };
}
