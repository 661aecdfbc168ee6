// What a backend is: it compiles a program; the executable holds the program's memory and runs its entries.

import type { Program } from '../program.ts';

/** Bytes for data that a program keeps so. */
export type Numbers = Float32Array | Int32Array | Uint8Array;

export interface RunOptions {
  /** Whole steps to take, at most the program's maxSteps. */
  readonly steps: number;
  /** Where in the order the first step's batch starts; each step moves on by the entry's batch. */
  readonly cursor: number;
  /** Number of the first step since the start of training: the counter of its random numbers. */
  readonly counter: number;
  /** [steps, scalars of the program] */
  readonly scalars: Float32Array;
}

export interface Executable {
  /** Of the memory that the program lays out. */
  readonly bytes: number;
  /** Of this process that run it. */
  readonly threads: number;
  /**
   * Sets a whole state or data slot, or the part of it that begins at element `offset`. A part of bytes begins at a whole word,
   * and what it leaves of its last word is undefined.
   */
  write(slot: string, values: Numbers, offset?: number): void;
  /** A copy of a whole state, data slot or (after a run) output. */
  read(slot: string): Promise<Numbers>;
  /** The order in which the rows are visited, one row number each: at most the program's rows. */
  writeOrder(order: Int32Array): void;
  /** Takes the steps, one run at a time, and returns their records: [steps, records of the entry]. */
  run(entry: string, options: RunOptions): Promise<Float32Array>;
  /** Gives back what the program holds (memory, threads, a device's buffers); it is not used afterwards. */
  dispose(): void;
}

export interface Backend {
  readonly name: string;
  /** Equal on two machines exactly when programs give the same bits on both. */
  readonly fingerprint: string;
  compile(program: Program): Promise<Executable>;
}
