// A program: what it keeps between steps (states, data), and its entries, each one kind of step (train, evaluate, predict) as a graph. This
// is what a backend compiles.
//
//   state    numbers that persist and that a step may assign: parameters, optimizer state
//   data     rows that persist and that steps read in batches, in the order of the epoch
//   scalars  a few numbers that the host passes for every step: learning rate, bias corrections
//   record   one or more numbers that every step reports back

import type { DType } from './expression.ts';
import { ops } from './ops/index.ts';
import type { SourceAttrs } from './ops/leaves.ts';
import { type Shape, sameShape, sizeOf } from './shape.ts';
import { Graph, type Tensor } from './tensor.ts';

export interface Slot {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Set for data stored as bytes. An f32 batch is the bytes divided by the divisor, an i32 batch the bytes themselves. */
  readonly bytes?: { readonly divisor: number };
}

export interface Entry {
  readonly name: string;
  readonly batch: number;
  readonly graph: Graph;
  /** state name → its value after the step. All assignments see the values from before the step. */
  readonly assigns: ReadonlyMap<string, Tensor>;
  /** What each step records, in order: small tensors, most of them a single number. */
  readonly records: ReadonlyMap<string, Tensor>;
  /** Whole tensors that can be read after the last step of a run. */
  readonly outputs: ReadonlyMap<string, Tensor>;
}

export interface Program {
  readonly states: readonly Slot[];
  readonly data: readonly Slot[];
  readonly scalars: readonly string[];
  readonly entries: readonly Entry[];
  /** Seed of the random numbers inside the program. */
  readonly seed: number;
  /** Number of data rows, and length of the order. */
  readonly rows: number;
  /** Maximum number of steps per run. */
  readonly maxSteps: number;
}

/** What the function that builds an entry's graph may use. */
export class EntryBuilder {
  readonly graph = new Graph();
  readonly assigns = new Map<string, Tensor>();
  readonly records = new Map<string, Tensor>();
  readonly outputs = new Map<string, Tensor>();
  readonly #program: ProgramBuilder;
  readonly #batch: number;
  readonly #sources = new Map<string, Tensor>();

  constructor(program: ProgramBuilder, batch: number) {
    this.#program = program;
    this.#batch = batch;
  }

  #source(key: string, make: () => Tensor): Tensor {
    let tensor = this.#sources.get(key);
    if (tensor === undefined) {
      tensor = make();
      this.#sources.set(key, tensor);
    }
    return tensor;
  }

  state(name: string): Tensor {
    const slot = this.#program.slot('states', name);
    return this.#source(`state ${name}`, () =>
      this.graph.add(ops.state, [], { ...slot } satisfies SourceAttrs),
    );
  }

  /** This step's data rows: [batch, …row shape]. */
  batch(name: string): Tensor {
    const { shape, dtype, bytes } = this.#program.slot('data', name);
    const attrs: SourceAttrs = {
      name,
      dtype,
      shape: [this.#batch, ...shape.slice(1)],
      ...(bytes && { bytes }),
    };
    return this.#source(`batch ${name}`, () => this.graph.add(ops.batch, [], attrs));
  }

  scalar(name: string): Tensor {
    if (!this.#program.scalarNames.includes(name)) throw new Error(`no scalar "${name}" in this program`);
    const attrs: SourceAttrs = { name, shape: [], dtype: 'f32' };
    return this.#source(`scalar ${name}`, () => this.graph.add(ops.scalar, [], attrs));
  }

  assign(name: string, value: Tensor): void {
    const slot = this.#program.slot('states', name);
    if (!sameShape(slot.shape, value.shape))
      throw new Error(`state "${name}": assigned a value of another shape`);
    this.assigns.set(name, value);
  }

  record(name: string, value: Tensor): void {
    this.records.set(name, value);
  }

  output(name: string, value: Tensor): void {
    this.outputs.set(name, value);
  }
}

/** How many numbers a step of the entry records. */
export function recordCount({ records }: Pick<Entry, 'records'>): number {
  return [...records.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

export class ProgramBuilder {
  readonly states: Slot[] = [];
  readonly data: Slot[] = [];
  readonly scalarNames: string[] = [];
  readonly #entries: Entry[] = [];
  readonly #seed: number;
  readonly #maxSteps: number;

  constructor(options: { seed?: number; maxSteps?: number } = {}) {
    this.#seed = options.seed ?? 0;
    this.#maxSteps = options.maxSteps ?? 256;
  }

  slot(kind: 'states' | 'data', name: string): Slot {
    const slot = this[kind].find((candidate) => candidate.name === name);
    if (slot === undefined)
      throw new Error(`no ${kind === 'states' ? 'state' : 'data'} "${name}" in this program`);
    return slot;
  }

  state(name: string, shape: Shape, dtype: DType = 'f32'): this {
    this.states.push({ name, shape, dtype });
    return this;
  }

  /** `shape` is [rows, …row shape]; all data of a program must have the same number of rows. */
  dataset(name: string, shape: Shape, dtype: DType = 'f32', bytes?: Slot['bytes']): this {
    this.data.push({ name, shape, dtype, ...(bytes && { bytes }) });
    return this;
  }

  scalars(names: readonly string[]): this {
    this.scalarNames.push(...names);
    return this;
  }

  entry(name: string, batch: number, build: (entry: EntryBuilder) => void): this {
    const entry = new EntryBuilder(this, batch);
    build(entry);
    const { graph, assigns, records, outputs } = entry;
    this.#entries.push({ name, batch, graph, assigns, records, outputs });
    return this;
  }

  build(): Program {
    const counts = new Set(this.data.map((slot) => slot.shape[0]!));
    if (counts.size > 1) throw new Error('all data of a program needs the same number of rows');
    return {
      states: this.states,
      data: this.data,
      scalars: this.scalarNames,
      entries: this.#entries,
      seed: this.#seed,
      rows: [...counts][0] ?? 0,
      maxSteps: this.#maxSteps,
    };
  }
}
