// The backend interface: a backend compiles a program; the resulting executable holds the program's memory and runs its entries.

import type { Program } from '../program.ts';

/** Uint8Array for data slots stored as bytes. */
export type Numbers = Float32Array | Int32Array | Uint8Array;

export interface RunOptions {
  /** Number of whole steps to take, at most the program's maxSteps. */
  readonly steps: number;
  /** Position in the order where the first step's batch starts; every step advances it by the entry's batch size. */
  readonly cursor: number;
  /** Number of the first step, counted from the start of training: the counter of the random number generator. */
  readonly counter: number;
  /** [steps, scalars of the program] */
  readonly scalars: Float32Array;
}

export interface Executable {
  /** Size of the program's memory. */
  readonly bytes: number;
  /** Number of threads of this process that run the program. */
  readonly threads: number;
  /**
   * Writes a whole state or data slot, or the part that starts at element `offset`. A partial write of bytes must start on a word boundary;
   * the rest of its last word is left undefined.
   */
  write(slot: string, values: Numbers, offset?: number): void;
  /** Copies a whole state, data or (after a run) output slot. */
  read(slot: string): Promise<Numbers>;
  /** Sets the order in which rows are visited: row numbers, at most as many as the program has rows. */
  writeOrder(order: Int32Array): void;
  /** Takes the steps and returns their records: [steps, records of the entry]. Only one run at a time. */
  run(entry: string, options: RunOptions): Promise<Float32Array>;
  /** Frees everything the program holds (memory, threads, device buffers). The executable must not be used afterwards. */
  dispose(): void;
}

export interface Backend {
  readonly name: string;
  /** Equal on two machines if and only if programs produce identical bits on both. */
  readonly fingerprint: string;
  compile(program: Program): Promise<Executable>;
}
