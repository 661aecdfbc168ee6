// A job as a program: one entry that trains on a batch, one that evaluates a batch, and the same for the short batch at the end of an
// epoch. A whole step (gather, forward, loss, backward, update) is one graph.

import { gradients } from '#engine/autograd.ts';
import { abs, add, constantLike, greater, mul, pack, where } from '#engine/functions.ts';
import { parameterView } from '#engine/parameters.ts';
import { type EntryBuilder, type Program, ProgramBuilder, recordCount } from '#engine/program.ts';
import type { Tensor } from '#engine/tensor.ts';
import { targetTypeOf } from '../losses/loss.ts';
import type { Answered, Metric } from '../metrics/metric.ts';
import type { Model } from '../model/model.ts';
import { declareNetwork, frozenKeys, type NetworkLayout, networkOf } from '../model/network.ts';
import { declareLoss, lossOf } from '../model/objective.ts';
import type { Recipe } from '../model/recipe.ts';
import { sizeOf } from '../model/shape.ts';
import { clipped } from './clip.ts';
import type { Pass } from './pass.ts';

export interface TrainingShape {
  readonly rows: number;
  /** Set if the inputs are stored as bytes, which each batch divides by this; else null. */
  readonly bytes: { readonly divisor: number } | null;
  readonly target: readonly number[];
  /** How many units standardized targets have (see `unitSize`); null if they are not standardized. */
  readonly units: number | null;
  readonly train: Pass;
  readonly validation: Pass;
  /** Measured once, at the end. */
  readonly test: Pass;
  readonly seed: number;
}

/** Maximum steps per run: more would delay pause and cancel, fewer would cost calls. */
const MAX_STEPS = 2048;
/** Maximum numbers reported per run. */
const MAX_RECORDS = 2 ** 20;

/** State that accumulates the gradients of a group of batches. */
export const GRADIENT = 'gradient';
/** Scalar: a batch's weight in its group's gradient. */
export const SHARE = 'share';
/** Scalar: the step's momentum, if a schedule controls it. */
export const MOMENTUM = 'momentum';
/** State: the mean of the targets, if a metric reads it. */
export const CENTER = 'target_center';
/** State: one scaled target unit in the data's units, if a metric reads it. */
export const UNIT = 'target_unit';

/** The engine's dtype for the model's inputs. */
export function inputDtype(model: Model): 'f32' | 'i32' {
  return model.inputType === 'int32' ? 'i32' : 'f32';
}

export function trainingProgram(
  model: Model,
  layout: NetworkLayout,
  recipe: Recipe,
  { rows, bytes, target, units, train, validation, test, seed }: TrainingShape,
): Program {
  const { loss, optimizer, schedule, metrics, rendered } = recipe;
  const { accumulate_steps: group } = rendered;
  const program = new ProgramBuilder({ seed });
  program.dataset('inputs', [rows, ...model.input], inputDtype(model), bytes ?? undefined);
  program.dataset('targets', [rows, ...target], targetTypeOf(loss.definition, model.output, target));
  declareNetwork(program, layout);
  declareLoss(program, loss);
  if (metrics.some(({ centered }) => centered)) program.state(CENTER, [sizeOf(target)]);
  if (units !== null && metrics.some(({ inUnits }) => inUnits)) program.state(UNIT, [units]);
  for (const slot of optimizer.definition.slots(optimizer.args)) program.state(slot, [layout.theta.size]);
  program.scalars(optimizer.definition.scalars(optimizer.args));
  if (schedule?.cycles) program.scalars([MOMENTUM]);
  if (group > 1) program.state(GRADIENT, [layout.theta.size]).scalars([SHARE]);

  const frozen = frozenKeys(model);

  /** Records a batch's loss and metrics; returns the loss, which training minimizes. */
  const measure = (entry: EntryBuilder, training: boolean) => {
    const { parameters, output } = networkOf(entry, model, layout, training);
    const targets = entry.batch('targets');
    const value = lossOf(entry, loss, output, targets);
    entry.record('loss', value);
    const answered: Answered = {
      output,
      targets,
      loss,
      center: () => entry.state(CENTER),
      unit: () => (units === null ? null : entry.state(UNIT)),
    };
    const made = new Map<Metric['record'], Tensor>();
    for (const { name, record } of metrics) {
      if (!made.has(record)) made.set(record, record(answered));
      entry.record(name, made.get(record)!);
    }
    return { parameters, value };
  };

  /** The batch's gradient, the length of theta; with accumulation, plus those before it in its group. */
  const gradientOf = (entry: EntryBuilder) => {
    const { parameters, value } = measure(entry, true);
    const { size } = layout.theta;
    const slots = layout.theta.slots.filter(({ key }) => !frozen.has(key));
    const offsets = slots.map(({ offset }) => offset);
    const minimised = group > 1 ? mul(value, entry.scalar(SHARE)) : value;
    const learning = slots.map(({ key }) => parameters.get(key)!);
    const gradient = pack(gradients(minimised, learning), offsets, size);
    return group > 1 ? add(entry.state(GRADIENT), gradient) : gradient;
  };
  const addGradient = (entry: EntryBuilder) => {
    entry.assign(GRADIENT, gradientOf(entry));
  };
  const trainStep = (entry: EntryBuilder) => {
    const gradient = gradientOf(entry);
    const next = optimizer.definition.update(optimizer.args, {
      theta: entry.state('theta'),
      gradient: clipped(gradient, rendered),
      slot: (name) => entry.state(name),
      scalar: (name) => entry.scalar(name),
      keep: (slot, kept) => entry.assign(slot, withoutSubnormals(kept)),
      ...(schedule?.cycles ? { momentum: entry.scalar(MOMENTUM) } : {}),
    });
    entry.assign(
      'theta',
      frozen.size === 0 ? next : withFrozen(next, entry.state('theta'), layout.theta, frozen),
    );
    if (group > 1) entry.assign(GRADIENT, constantLike(gradient, 0));
  };
  const evaluate = (entry: EntryBuilder) => {
    measure(entry, false);
  };

  if (train.whole > 0) program.entry('train', train.batch, trainStep);
  if (train.whole > 0 && group > 1) program.entry('train-add', train.batch, addGradient);
  if (train.tail > 0) program.entry('train-tail', train.tail, trainStep);
  if (validation.whole > 0) program.entry('evaluate', validation.batch, evaluate);
  if (validation.tail > 0) program.entry('evaluate-tail', validation.tail, evaluate);
  if (test.whole > 0) program.entry('test', test.batch, evaluate);
  if (test.tail > 0) program.entry('test-tail', test.tail, evaluate);
  const built = program.build();
  const widest = Math.max(...built.entries.map(recordCount));
  return { ...built, maxSteps: Math.max(1, Math.min(MAX_STEPS, Math.floor(MAX_RECORDS / widest))) };
}

/** The smallest normal float32. */
const SMALLEST_NORMAL = 2 ** -126;

/**
 * Flushes subnormal numbers to 0; NaN stays. A running mean of gradients that became 0 decays into the subnormal range and stays there,
 * where processors take a hundred cycles per operation.
 */
function withoutSubnormals(t: Tensor): Tensor {
  const isSubnormal = greater(constantLike(t, SMALLEST_NORMAL), abs(t));
  return where(isSubnormal, constantLike(t, 0), t);
}

/** The parameters after an update, with frozen ones left at their previous value: neither weight decay nor momentum moves them. */
function withFrozen(
  next: Tensor,
  theta: Tensor,
  { slots, size }: NetworkLayout['theta'],
  frozen: ReadonlySet<string>,
): Tensor {
  const kept = slots.map((slot) => parameterView(frozen.has(slot.key) ? theta : next, slot));
  return pack(
    kept,
    slots.map(({ offset }) => offset),
    size,
  );
}

/** The network alone, in evaluation mode, on `batch` rows: what predict runs. */
export function predictProgram(model: Model, layout: NetworkLayout, batch: number): Program {
  const program = new ProgramBuilder({ maxSteps: 1 });
  program.dataset('inputs', [batch, ...model.input], inputDtype(model));
  declareNetwork(program, layout);
  program.entry('predict', batch, (entry) => {
    entry.output('output', networkOf(entry, model, layout, false).output);
  });
  return program.build();
}
