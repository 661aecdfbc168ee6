// Translates the training object to canonical names for recipe.ts.

import { z } from 'zod';
import { TrainingRequest } from '#contracts/training/training.ts';
import { PARTS } from '../job/held-out.ts';
import { losses } from '../losses/index.ts';
import { metricNamed, metrics } from '../metrics/index.ts';
import { optimizers } from '../optimizers/index.ts';
import { schedulers } from '../schedulers/index.ts';
import { COMMON } from '../schedulers/scheduler.ts';
import { LOSSES, METRICS, OPTIMIZERS, SCHEDULERS, TRAINING_KEYS } from './aliases.ts';
import { canonicalComponent, definitionOf, isObject, type Kind } from './component.ts';
import type { Interpretations } from './interpretations.ts';
import { canonicalName } from './names.ts';
import { withTextValues } from './text-values.ts';

const LOSS: Kind = { registry: losses, aliases: LOSSES, common: {} };
const OPTIMIZER: Kind = { registry: optimizers, aliases: OPTIMIZERS, common: {} };
const SCHEDULER: Kind = { registry: schedulers, aliases: SCHEDULERS, common: COMMON };

const anything = z.unknown().optional();
const Frame = TrainingRequest.extend({ loss: anything, optimizer: anything, scheduler: anything });

const METRIC_NAMES = new Set(metrics.keys());

export function canonicalTraining(given: unknown, root: string, interpretations: Interpretations): unknown {
  if (!isObject(given)) return given;
  let training = withKeys(given, root, interpretations);
  training = withPart(training, 'optimizer', OPTIMIZER, root, interpretations);
  training = withPart(training, 'loss', LOSS, root, interpretations);
  if (training.scheduler != null) {
    training.scheduler = canonicalSchedule(training.scheduler, `${root}.scheduler`, interpretations);
  }
  if (Array.isArray(training.metrics)) {
    training.metrics = training.metrics.map((name, i) =>
      canonicalized(name, canonicalMetric, `${root}.metrics[${i}]`, interpretations),
    );
  }
  for (const part of ['early_stopping', 'scheduler']) {
    const watching = training[part];
    if (!isObject(watching) || typeof watching.monitor !== 'string') continue;
    const monitor = canonicalized(
      watching.monitor,
      canonicalMonitor,
      `${root}.${part}.monitor`,
      interpretations,
    );
    training[part] = { ...watching, monitor };
  }
  for (const part of PARTS.filter((each) => training[each] !== undefined))
    training[part] = canonicalHeldOut(training[part], `${root}.${part}`, interpretations);
  return withTextValues(Frame, training, root, interpretations);
}

/** Accepts a bare fraction or dataset: `"validation": 0.2`, `"test": "ds_…"`. */
function canonicalHeldOut(given: unknown, path: string, interpretations: Interpretations): unknown {
  const short = typeof given === 'number' ? 'fraction' : typeof given === 'string' ? 'dataset' : null;
  if (short === null) return given;
  const key = short === 'dataset' && Number.isFinite(Number(given || Number.NaN)) ? 'fraction' : short;
  const long = { [key]: given };
  interpretations.add(path, given, long);
  interpretations.moved(path, `${path}.${key}`);
  return long;
}

function withKeys(
  given: Record<string, unknown>,
  root: string,
  interpretations: Interpretations,
): Record<string, unknown> {
  const entries = Object.entries(given).map(([key, value]): [string, unknown] => {
    if (Object.hasOwn(Frame.shape, key) || !Object.hasOwn(TRAINING_KEYS, key)) return [key, value];
    const name = TRAINING_KEYS[key]!;
    if (Object.hasOwn(given, name)) return [key, value];
    interpretations.add(`${root}.${key}`, key, name);
    interpretations.moved(`${root}.${key}`, `${root}.${name}`);
    return [name, value];
  });
  return Object.fromEntries(entries);
}

/** A loss or an optimizer, with those of its arguments given beside it: `"optimizer": "sgd", "lr": 0.1`. */
function withPart(
  training: Record<string, unknown>,
  part: 'loss' | 'optimizer',
  kind: Kind,
  root: string,
  interpretations: Interpretations,
): Record<string, unknown> {
  const named = training[part] ?? (part === 'optimizer' ? 'Adam' : undefined);
  const definition = definitionOf(kind, named);
  if (definition === null) return training;
  const own = isObject(named) ? named : { type: named };
  const rest = { ...training };
  const moved: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(training)) {
    if (Object.hasOwn(Frame.shape, key)) continue;
    const table = { ...kind.aliases.args['*'], ...kind.aliases.args[definition.type] };
    const name = Object.hasOwn(table, key) ? table[key]! : key;
    if (!Object.hasOwn(definition.args, name) || Object.hasOwn({ ...own, ...moved }, name)) continue;
    interpretations.add(`${root}.${key}`, key, `${part}.${name}`);
    interpretations.moved(`${root}.${key}`, `${root}.${part}.${name}`);
    moved[name] = value;
    delete rest[key];
  }
  const joined = Object.keys(moved).length === 0 ? training[part] : { ...own, ...moved };
  if (joined === undefined) return rest;
  return { ...rest, [part]: canonicalComponent(kind, joined, `${root}.${part}`, interpretations) };
}

/** Includes the members of a sequence. */
function canonicalSchedule(given: unknown, path: string, interpretations: Interpretations): unknown {
  const read = canonicalComponent(SCHEDULER, given, path, interpretations);
  if (!isObject(read) || !Array.isArray(read.schedulers)) return read;
  const parts = read.schedulers.map((part, i) =>
    canonicalComponent({ ...SCHEDULER, common: {} }, part, `${path}.schedulers[${i}]`, interpretations),
  );
  return { ...read, schedulers: parts };
}

function canonicalized(
  given: unknown,
  read: (name: string) => string | null,
  path: string,
  interpretations: Interpretations,
): unknown {
  const name = typeof given === 'string' ? read(given) : null;
  if (name === null || name === given) return given;
  interpretations.add(path, given, name);
  return name;
}

function canonicalMetric(name: string): string | null {
  return metricNamed(name) === null ? canonicalName(name, METRIC_NAMES, METRICS) : name;
}

/** The name of a reported value: val_loss, train_accuracy, … */
function canonicalMonitor(name: string): string | null {
  const [, phase, value] = /^(train|val|valid|validation)_(.+)$/.exec(name) ?? [];
  if (phase === undefined || value === undefined) return null;
  const metric = value === 'loss' ? value : canonicalMetric(value);
  return metric === null ? null : `${phase === 'train' ? 'train' : 'val'}_${metric}`;
}
