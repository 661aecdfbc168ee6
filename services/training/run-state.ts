// Everything that a run is, besides its job and its data: with this one object a run goes on where another stopped, on any
// machine of the same kind, to the same bits. Random numbers are functions of seed and step, so they leave no state.

import type { Executable } from '#engine/backends/backend.ts';
import type { CompiledJob } from './compile.ts';
import { initialNetwork, networkStates } from './network.ts';

export interface RunState {
  /** Finished epochs. */
  epoch: number;
  /** Optimizer steps since the start of the job. */
  step: number;
  /** Steps of the current epoch that are done. */
  position: number;
  /** Over the current epoch so far: the loss of every batch times its rows, then each metric's sum. */
  sums: number[];
  /** The network's states (theta, buffers) and the optimizer's slots. */
  states: Record<string, Float32Array>;
}

export function slotNames({ layout, recipe: { optimizer } }: CompiledJob): string[] {
  return [...networkStates(layout).keys(), ...optimizer.definition.slots(optimizer.args)];
}

export function freshRun(job: CompiledJob): RunState {
  const network = initialNetwork(job.model, job.layout, job.spec.seed);
  const states: RunState['states'] = {};
  for (const name of slotNames(job)) states[name] = network[name] ?? new Float32Array(job.layout.theta.size);
  return { epoch: 0, step: 0, position: 0, sums: [], states };
}

/** The device's copy becomes the state's. */
export function capture(state: RunState, job: CompiledJob): RunState {
  const states: RunState['states'] = {};
  for (const name of slotNames(job)) states[name] = job.executable.read(name) as Float32Array;
  return { ...state, sums: [...state.sums], states };
}

export function restore(state: RunState, executable: Executable): void {
  for (const [name, values] of Object.entries(state.states)) executable.write(name, values);
}
