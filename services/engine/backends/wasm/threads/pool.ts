// Threads that run programs beside the caller's own: what the backend needs of them. Who has none (a browser tab) runs
// everything on one; `node-pool.ts` brings Node's.

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

/** A program that the threads of a pool have in hand. */
export interface Attached {
  /** Sets the other threads going: the caller runs the same at once, and meets them at the program's barriers. */
  start(run: SharedRun): void;
  /** The threads forget the program and its memory. */
  detach(): void;
}

export interface ThreadPool {
  /** Threads that a program may have at most, the caller's included. */
  readonly size: number;
  /** Resolves when every thread can be set going; rejects where one cannot start. */
  readonly ready: Promise<void>;
  attach(program: SharedProgram): Attached;
  /** Ends the threads; no program runs on them any more. */
  close(): Promise<void>;
}
