// Interface of the thread pool that the backend uses besides the calling thread. Without a pool (in a browser tab) everything runs on the
// calling thread; `node-pool.ts` implements it for Node.

import type { BarrierWords } from './barrier.ts';

/** What every thread needs to instantiate a program. */
export interface SharedProgram {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Number of threads that run it, including the caller's, which is number 0. */
  readonly threads: number;
  /** Byte stride from one thread's own memory to the next thread's. */
  readonly ownBytes: number;
  readonly barrier: BarrierWords;
}

export interface SharedRun {
  readonly entry: string;
  readonly steps: number;
  readonly cursor: number;
  readonly counter: number;
}

/** A program attached to the threads of a pool. */
export interface Attached {
  /** Starts the other threads. The caller then runs the same entry itself; the program's barriers synchronize them. */
  start(run: SharedRun): void;
  /** Makes the threads release the program and its memory. */
  detach(): void;
}

export interface ThreadPool {
  /** Maximum number of threads per program, including the caller's. */
  readonly size: number;
  /** Resolves once every thread is ready; rejects if one cannot start. */
  readonly ready: Promise<void>;
  attach(program: SharedProgram): Attached;
  /** Ends the threads. No program may run on them afterwards. */
  close(): Promise<void>;
}
