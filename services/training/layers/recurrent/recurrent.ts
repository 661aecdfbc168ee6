// Shared by RNN, LSTM and GRU: layers and directions, the weights' names, and the loop over time. Each of the three is a file with its
// cell, the computation of one time step.
//
// Internally, time is the first axis, [time · batch, features], so that a step is a contiguous slice; the input's contribution to
// the gates of all steps is then one contraction before the loop begins.

import { z } from 'zod';
import { LIMITS } from '#contracts/limits.ts';
import {
  add,
  broadcastTo,
  concat,
  constant,
  matmul,
  mul,
  permute,
  reshape,
  slice,
  transpose,
  where,
} from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import { type Args, type ArgsShape, size } from '../../model/component.ts';
import { uniformWithin } from '../../model/initial.ts';
import { dropout } from '../dropout.ts';
import { defineLayer, type ForwardContext, type Layer, type Parameter, type Step } from '../layer.ts';
import { batchFirst, sequenceOf } from '../sequence.ts';

/** The state carried from one time step to the next; `hidden` [batch, hidden_size] is also the step's output. */
export interface State {
  readonly hidden: Tensor;
  /** LSTM's cell state. */
  readonly cell?: Tensor;
}

export interface Weights {
  /** [gates · hidden_size, hidden_size] */
  readonly hidden: Tensor;
  /** [batch, gates · hidden_size]; null without bias, or if it is already part of the input's contribution. */
  readonly hiddenBias: Tensor | null;
}

export interface Cell<A> {
  /** Number of gates: the weights have gates · hidden_size rows. */
  readonly gates: number;
  /** Whether the step adds bias_hh itself; otherwise it is part of the input's contribution. */
  readonly addsHiddenBias: boolean;
  /**
   * One time step. `input` [batch, gates · hidden_size] is the input's contribution to the gates.
   * @param before null at the first step, where the state is zero
   */
  step(input: Tensor, before: State | null, weights: Weights, args: A): State;
  /** The parts of its state. */
  readonly remembers: readonly (keyof State)[];
}

const common = {
  input_size: size('Features per time step; inferred if omitted').optional(),
  hidden_size: size('Features of the state'),
  num_layers: z.int().min(1).max(64).default(1).describe('Number of stacked layers'),
  bias: z.boolean().default(true).describe('Whether there are learned biases'),
  batch_first: batchFirst,
  dropout: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Dropout probability between layers, during training'),
  bidirectional: z.boolean().default(false).describe('Whether a second direction runs from end to start'),
  return: z
    .enum(['last', 'sequence'])
    .default('last')
    .describe("Each direction's last state (torch's h_n of the top layer), or the states of all time steps"),
};
type Common = Args<typeof common>;

export function recurrent<S extends ArgsShape>(kind: {
  type: string;
  help: string;
  args: S;
  cell: Cell<Common & Args<S>>;
}): Layer {
  type A = Common & Args<S>;
  const { type, help, args, cell } = kind;
  return defineLayer({
    type,
    help,
    args: { ...common, ...args },
    bounded: true,
    infer(given: A, arrival, refuse) {
      const sequence = sequenceOf(arrival, refuse, { input_size: given.input_size });
      if (sequence === null) return null;
      const { time, features } = sequence;
      const { hidden_size, num_layers } = given;
      const steps = time * num_layers * directionsOf(given).length;
      if (steps > LIMITS.timeSteps) {
        const product = `${time} long, × num_layers × directions = ${steps} time steps`;
        refuse(
          null,
          `a sequence ${product}, the limit is ${LIMITS.timeSteps} (from ${arrival.from})`,
          'too_big',
        );
        return null;
      }
      const width = hidden_size * directionsOf(given).length;
      const output = given.return === 'last' ? [width] : [time, width];
      return { output, args: { ...given, input_size: features } };
    },
    parameters: (given: A) => parametersOf(given, cell.gates),
    sequence({ return: gives, bidirectional }: A, axis) {
      if (axis !== 0) return null;
      return { axis: gives === 'sequence' ? 0 : null, causal: gives === 'sequence' && !bidirectional };
    },
    ahead: ({ bidirectional }: A) =>
      bidirectional
        ? 'also runs from end to start, but a language model must be unidirectional'
        : 'returns only its last state; set "return": "sequence" for all positions',
    memory: (given: A) =>
      Array.from({ length: given.num_layers }, (_, layer) =>
        cell.remembers.map((name) => ({ key: `${name}_l${layer}`, shape: [1, given.hidden_size] })),
      ).flat(),
    forward(x, given: A, context) {
      const [batch, time, features] = x.shape as [number, number, number];
      let input = reshape(permute(x, [1, 0, 2]), [time * batch, features]);
      let ends: Tensor[] = [];
      const { mask } = context;
      // Zeros after the end of a sequence, as in torch's pad_packed_sequence.
      const real = mask && reshape(permute(mask, [1, 0]), [time * batch, 1]);
      for (let layer = 0; layer < given.num_layers; layer++) {
        if (layer > 0) input = dropout(input, given.dropout, context, layer);
        const walks = directionsOf(given).map((direction) => {
          const suffix = `_l${layer}${direction}`;
          return walk(input, time, cell, given, suffix, context);
        });
        const states = concat(
          walks.map((hidden) => concat(hidden, 0)),
          1,
        );
        input = real === undefined ? states : mul(states, real);
        // The reverse direction's last step is at the first position.
        ends = walks.map((hidden, direction) => hidden.at(direction === 0 ? -1 : 0)!);
      }
      if (given.return === 'last') return concat(ends, 1);
      return permute(reshape(input, [time, batch, input.shape[1]!]), [1, 0, 2]);
    },
    // Gates and states of every time step, in the forward and backward pass.
    workspace: (given: A, [time]) =>
      time! * given.num_layers * directionsOf(given).length * given.hidden_size * (3 * cell.gates + 6),
    flops(given: A, [time]) {
      const { hidden_size, num_layers } = given;
      const directions = directionsOf(given).length;
      const below = (layer: number) => (layer === 0 ? given.input_size! : hidden_size * directions);
      const rows = cell.gates * hidden_size * directions * time!;
      let flops = 0;
      for (let layer = 0; layer < num_layers; layer++) flops += 2 * rows * (below(layer) + hidden_size);
      return flops;
    },
    shown: (given: A) => {
      const { num_layers, bias, batch_first, dropout: p, bidirectional } = given;
      return {
        ...(num_layers === 1 ? {} : { num_layers }),
        ...(bias ? {} : { bias }),
        batch_first,
        ...(p === 0 ? {} : { dropout: p }),
        ...(bidirectional ? { bidirectional } : {}),
      };
    },
    positional: ({ input_size, hidden_size }: A) => [input_size, hidden_size],
  });
}

/** torch's suffixes for the weights of each direction. */
function directionsOf({ bidirectional }: Common): readonly string[] {
  return bidirectional ? ['', '_reverse'] : [''];
}

/** In the order of torch's state_dict, all initialized U(±1/√hidden_size) as there. */
function parametersOf(args: Common, gates: number): Parameter[] {
  const { input_size, hidden_size, num_layers, bias } = args;
  const directions = directionsOf(args);
  const initial = uniformWithin(1 / Math.sqrt(hidden_size));
  const rows = gates * hidden_size;
  const found: Parameter[] = [];
  for (let layer = 0; layer < num_layers; layer++) {
    const below = layer === 0 ? input_size! : hidden_size * directions.length;
    for (const direction of directions) {
      const suffix = `_l${layer}${direction}`;
      found.push({ key: `weight_ih${suffix}`, shape: [rows, below], initial });
      found.push({ key: `weight_hh${suffix}`, shape: [rows, hidden_size], initial });
      if (!bias) continue;
      found.push({ key: `bias_ih${suffix}`, shape: [rows], initial });
      found.push({ key: `bias_hh${suffix}`, shape: [rows], initial });
    }
  }
  return found;
}

/** One direction of one layer over `input` [time · batch, features]: the hidden state at each position, in order. */
function walk<A extends Common>(
  input: Tensor,
  time: number,
  cell: Cell<A>,
  args: A,
  suffix: string,
  { parameter, mask, step: one }: ForwardContext,
): Tensor[] {
  const batch = input.shape[0]! / time;
  const of = (name: string) => parameter(`${name}${suffix}`);
  const hiddenWeights = of('weight_hh');
  const product = matmul(input, transpose(of('weight_ih')));
  const { shape } = product;
  const inside = args.bias && cell.addsHiddenBias;
  const bias = args.bias ? (inside ? of('bias_ih') : add(of('bias_ih'), of('bias_hh'))) : null;
  const shares = bias === null ? product : add(product, bias);
  // Broadcast over all steps, so that its gradient is a single sum over them.
  const hiddenBiases = inside ? broadcastTo(of('bias_hh'), shape) : null;
  const hidden = new Array<Tensor>(time);
  const backwards = suffix.endsWith('_reverse');
  let state: State | null = one === undefined ? null : rememberedState(cell, suffix, one);
  for (let step = 0; step < time; step++) {
    const at = backwards ? time - 1 - step : step;
    const part = (t: Tensor) => slice(t, [at * batch, 0], [(at + 1) * batch, shape[1]!]);
    const weights = { hidden: hiddenWeights, hiddenBias: hiddenBiases && part(hiddenBiases) };
    const next = cell.step(part(shares), state, weights, args);
    state = mask === undefined ? next : keptState(next, state, slice(mask, [0, at], [batch, at + 1]));
    hidden[at] = state.hidden;
  }
  if (one !== undefined) for (const name of cell.remembers) one.remember(`${name}${suffix}`, state![name]!);
  return hidden;
}

function rememberedState<A>({ remembers }: Cell<A>, suffix: string, { remembered }: Step): State {
  const parts = remembers.map((name) => [name, remembered(`${name}${suffix}`)] as const);
  return Object.fromEntries(parts) as unknown as State;
}

/** Keeps the previous state at padding positions. @param mask [batch, 1] */
function keptState(next: State, before: State | null, mask: Tensor): State {
  const kept = (now: Tensor, was: Tensor | undefined) => where(mask, now, was ?? constant(now.graph, 0));
  return {
    hidden: kept(next.hidden, before?.hidden),
    ...(next.cell && { cell: kept(next.cell, before?.cell) }),
  };
}

/** The columns of gate `index` out of `count` in [batch, count · hidden_size]. */
export function gate(t: Tensor, index: number, count: number, width = 1): Tensor {
  const [batch, columns] = t.shape as [number, number];
  const each = columns / count;
  return slice(t, [0, index * each], [batch, (index + width) * each]);
}
