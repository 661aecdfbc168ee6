// A language model as a program that takes one token and gives the logits of the next: the same layers over a sequence of length 1, with
// the memory of previous tokens as states (the states of RNN, LSTM and GRU; the keys and values of attention), so that a token does not
// cost a pass over the whole context.

import { reshape } from '#engine/functions.ts';
import { type Program, ProgramBuilder } from '#engine/program.ts';
import { MODEL_INPUT } from '../layers/keys.ts';
import type { Memory } from '../layers/layer.ts';
import { type Model, readModel } from '../model/model.ts';
import { declareNetwork, type NetworkLayout, networkOf } from '../model/network.ts';
import { layerLabel, traceSequence } from '../model/sequence.ts';
import { sizeOf } from '../model/shape.ts';

export const POSITION = 'position';
export const LOGITS = 'logits';

export interface StepProgram {
  readonly program: Program;
  /** The states that hold its memory: name → size. */
  readonly memory: ReadonlyMap<string, number>;
  /** The number of positions; null if unlimited. */
  readonly positions: number | null;
}

/** Why a network cannot generate token by token; null if it can. */
export function whyNoSteps(model: Model): string | null {
  const { looksAhead, leaving } = traceSequence(model.layers, MODEL_INPUT);
  if (model.inputType !== 'int32' || model.input.length !== 1) {
    return 'its input is not a sequence of token ids';
  }
  if (looksAhead !== null) {
    const hint =
      looksAhead.layer.layer.ahead?.(looksAhead.layer.args) ?? 'cannot process positions one at a time';
    return `${layerLabel(looksAhead)} ${hint}`;
  }
  if (leaving !== 1 || model.output.length !== 2) return 'its output is not [tokens, positions]';
  return null;
}

export function stepProgram(model: Model, layout: NetworkLayout): StepProgram {
  const { rendered } = model;
  const single = readModel({ ...rendered, input: { ...rendered.input, shape: [1] } }, 'model').value;
  if (single === null) throw new Error('the network cannot be built for one position');
  const memory = new Map<string, number>();
  const program = new ProgramBuilder({ maxSteps: 1 });
  program.dataset('inputs', [1, 1], 'i32').scalars([POSITION]);
  declareNetwork(program, layout);
  let limited = false;
  for (const { layer, name, args, input } of model.layers) {
    limited ||= layer.limitsPositions === true;
    for (const { key, shape } of layer.memory?.(args, input) ?? ([] as Memory[])) {
      program.state(stateOf(name, key), shape);
      memory.set(stateOf(name, key), sizeOf(shape));
    }
  }
  program.entry('step', 1, (entry) => {
    const step = (name: string) => ({
      position: entry.scalar(POSITION),
      remembered: (key: string) => entry.state(stateOf(name, key)),
      remember: (key: string, value: Parameters<typeof entry.assign>[1]) =>
        entry.assign(stateOf(name, key), value),
    });
    const { output } = networkOf(entry, single, layout, false, step);
    entry.output(LOGITS, reshape(output, [sizeOf(output.shape)]));
  });
  return { program: program.build(), memory, positions: limited ? model.input[0]! : null };
}

const stateOf = (layer: string, key: string) => `memory.${layer}.${key}`;
