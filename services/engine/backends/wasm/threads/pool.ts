// Threads that run programs besides the caller's own, as the backend sees them. Without any (in a browser tab), everything runs
// on one; `node-pool.ts` provides Node's.

import type { BarrierWords } from './barrier.ts';

/** What every thread needs to make its own instance of a program. */
export interface SharedProgram {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Threads that run it, the caller's included: number 0 is the caller. */
  readonly threads: number;
  /** Byte distance of one thread's own memory from the next one's. */
  readonly ownBytes: number;
  readonly barrier: BarrierWords;
}

export interface SharedRun {
  /** The name of the entry. */
  readonly entry: string;
  readonly steps: number;
  readonly cursor: number;
  readonly counter: number;
}

/** A program loaded by the threads of a pool. */
export interface Attached {
  /** Starts the other threads: the caller then runs the same program, synchronised by its barriers. */
  start(run: SharedRun): void;
  /** The threads forget the program and its memory. */
  detach(): void;
}

export interface ThreadPool {
  /** Threads that a program may have at most, the caller's included. */
  readonly size: number;
  /** Resolves when every thread is ready; rejects if one cannot start. */
  readonly ready: Promise<void>;
  attach(program: SharedProgram): Attached;
  /** Ends the threads; no program may run on them afterwards. */
  close(): Promise<void>;
}
