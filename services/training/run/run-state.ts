// The complete state of a run, apart from its job and data: with it, a run resumes on any machine of the same kind with the same bits.
// Random numbers are functions of seed and step, so they have no state.

import type { Executable } from '#engine/backends/backend.ts';
import type { CompiledJob } from '../job/compile.ts';
import { initialNetwork, networkStates } from '../model/network.ts';
import type { Memory } from '../schedulers/scheduler.ts';
import { freshSchedule } from './schedule.ts';
import { GRADIENT } from './step.ts';

export interface RunState {
  /** Completed epochs. */
  epoch: number;
  /** Optimizer steps since the start of the job. */
  step: number;
  /** Batches of the current epoch done. */
  position: number;
  /** Seconds of training since the start of the job. */
  seconds: number;
  /** Over the current epoch so far: each batch's loss times its rows, then each metric's sums. */
  sums: number[];
  /** State of a learning rate schedule that watches the loss; null for others. */
  schedule: Memory | null;
  /** The epoch with the best value so far. */
  best: { epoch: number; step: number; value: number } | null;
  /** The network's states (theta, buffers), the optimizer's slots, and the accumulated gradient. */
  states: Record<string, Float32Array>;
  /** The network's states after the best epoch; empty before it, or if they are not kept. */
  bestStates: Record<string, Float32Array>;
}

export function slotNames({ spec, layout, recipe: { optimizer } }: CompiledJob): string[] {
  const gradient = spec.training.accumulate_steps > 1 ? [GRADIENT] : [];
  return [...networkStates(layout).keys(), ...optimizer.definition.slots(optimizer.args), ...gradient];
}

/** @param initial network states before the first step, instead of those drawn from the seed */
export function freshRun(job: CompiledJob, initial?: Readonly<Record<string, Float32Array>>): RunState {
  const network = initial ?? initialNetwork(job.model, job.layout, job.spec.seed);
  const states: RunState['states'] = {};
  const { definition, args } = job.recipe.optimizer;
  const initially = definition.initially?.(args) ?? {};
  for (const name of slotNames(job)) {
    states[name] = network[name] ?? filled(job.layout.theta.size, initially[name] ?? 0);
  }
  for (const [name, size] of networkStates(job.layout)) {
    if (network[name]?.length !== size) throw new Error(`the initial ${name} does not hold ${size} numbers`);
  }
  return {
    epoch: 0,
    step: 0,
    position: 0,
    seconds: 0,
    sums: [],
    schedule: freshSchedule(job),
    best: null,
    states,
    bestStates: {},
  };
}

/** A new array is zero already; not writing to it leaves its pages untouched. */
function filled(size: number, value: number): Float32Array {
  const numbers = new Float32Array(size);
  return value === 0 ? numbers : numbers.fill(value);
}

/** The state with its arrays read back from the device. */
export async function capture(state: RunState, job: CompiledJob): Promise<RunState> {
  return { ...state, sums: [...state.sums], states: await read(job, slotNames(job)) };
}

/** The network's states as the device holds them now. */
export function currentNetwork(job: CompiledJob): Promise<Record<string, Float32Array>> {
  return read(job, networkStates(job.layout).keys());
}

async function read(job: CompiledJob, names: Iterable<string>): Promise<Record<string, Float32Array>> {
  const states: Record<string, Float32Array> = {};
  for (const name of names) states[name] = (await job.executable.read(name)) as Float32Array;
  return states;
}

export function restore(state: RunState, executable: Executable): void {
  for (const [name, values] of Object.entries(state.states)) executable.write(name, values);
}
