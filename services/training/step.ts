// A job as a program: one entry that trains on a batch, one that evaluates one, and the same for the short batch at the
// end of an epoch. Everything a step does (gather, forward, loss, backward, update) is one graph.

import { gradients } from '#engine/autograd.ts';
import { pack } from '#engine/functions.ts';
import { type EntryBuilder, type Program, ProgramBuilder } from '#engine/program.ts';
import { metrics } from './metrics/index.ts';
import type { Model } from './model.ts';
import { declareNetwork, type NetworkLayout, networkOf } from './network.ts';
import { declareLoss, lossOf } from './objective.ts';
import type { Pass } from './pass.ts';
import type { Recipe } from './recipe.ts';

export interface TrainingShape {
  readonly rows: number;
  readonly target: readonly number[];
  readonly train: Pass;
  readonly validation: Pass;
  readonly seed: number;
}

/** Most steps of one run: more would keep pause and cancel waiting, fewer would cost calls. */
export const MAX_STEPS = 2048;

/** How the engine holds the model's inputs. */
export function inputDtype(model: Model): 'f32' | 'i32' {
  return model.inputType === 'int32' ? 'i32' : 'f32';
}

export function trainingProgram(
  model: Model,
  layout: NetworkLayout,
  recipe: Recipe,
  { rows, target, train, validation, seed }: TrainingShape,
): Program {
  const { loss, optimizer, rendered } = recipe;
  const program = new ProgramBuilder({ seed, maxSteps: MAX_STEPS });
  program.dataset('inputs', [rows, ...model.input], inputDtype(model));
  program.dataset('targets', [rows, ...target], loss.definition.targetType);
  declareNetwork(program, layout);
  declareLoss(program, loss);
  for (const slot of optimizer.definition.slots(optimizer.args)) program.state(slot, [layout.theta.size]);
  program.scalars(optimizer.definition.scalars(optimizer.args));

  /** Loss and metrics of a batch, recorded; the loss is what training minimises. */
  const measure = (entry: EntryBuilder, training: boolean) => {
    const { parameters, output } = networkOf(entry, model, layout, training);
    const targets = entry.batch('targets');
    const value = lossOf(entry, loss, output, targets);
    entry.record('loss', value);
    for (const name of rendered.metrics) {
      entry.record(name, metrics.get(name)!.record(output, targets, loss.definition));
    }
    return { parameters, value };
  };

  const trainStep = (entry: EntryBuilder) => {
    const { parameters, value } = measure(entry, true);
    const { slots, size } = layout.theta;
    const offsets = slots.map(({ offset }) => offset);
    const gradient = pack(gradients(value, [...parameters.values()]), offsets, size);
    const next = optimizer.definition.update(optimizer.args, {
      theta: entry.state('theta'),
      gradient,
      slot: (name) => entry.state(name),
      scalar: (name) => entry.scalar(name),
      keep: (slot, kept) => entry.assign(slot, kept),
    });
    entry.assign('theta', next);
  };
  const evaluate = (entry: EntryBuilder) => {
    measure(entry, false);
  };

  if (train.whole > 0) program.entry('train', train.batch, trainStep);
  if (train.tail > 0) program.entry('train-tail', train.tail, trainStep);
  if (validation.whole > 0) program.entry('evaluate', validation.batch, evaluate);
  if (validation.tail > 0) program.entry('evaluate-tail', validation.tail, evaluate);
  return program.build();
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
