// Emits the code by which a thread finds its share of a kernel: the loop that is split runs over this thread's range, every other loop over
// its full range.

import type { FunctionBuilder } from '../assembler/function-builder.ts';
import type { Walk } from '../walk.ts';
import type { Split } from './split.ts';

/** What differs between the instances of a module, one per thread. */
export interface Instances {
  readonly threads: number;
  /** Index of the imported global that holds the thread's number. */
  readonly thread: number;
  /** Index of the imported global that holds the byte offset of the thread's own memory from thread 0's. */
  readonly own: number;
}

export class Share {
  readonly #f: FunctionBuilder;
  readonly #instances: Instances | null;
  readonly #split: Split | null;
  #first = -1;
  #end = -1;

  /** @param split null if one thread runs the whole kernel */
  constructor(f: FunctionBuilder, instances: Instances | null, split: Split | null) {
    this.#f = f;
    this.#instances = instances;
    this.#split = split;
    if (instances === null || split === null) return;
    this.#first = f.local('i32');
    this.#end = f.local('i32');
    const { thread, threads } = instances;
    f.global(thread).i32(split.units).op('i32_mul').i32(threads).op('i32_div_u').set(this.#first);
    f.global(thread).i32(1).op('i32_add').i32(split.units).op('i32_mul').i32(threads).op('i32_div_u');
    f.set(this.#end);
  }

  /** Loops over `v` in steps of `step`. The body gets the number of elements in its iteration; the last may have fewer. */
  over(walk: Walk, v: number, size: number, step: number, body: (walk: Walk, count: number) => void): void {
    const full = Math.floor(size / step);
    const rest = size % step;
    if (this.#instances === null || this.#split?.v !== v) {
      walk.over(v, full, step, (deeper) => body(deeper, step));
      if (rest > 0) body(walk.shifted(v, full * step), rest);
      return;
    }
    const { units } = this.#split;
    if (step !== this.#split.step || units !== full + (rest > 0 ? 1 : 0))
      throw new Error(`variable ${v} is split into ${units} units, and walked as ${size} by ${step}`);
    const f = this.#f;
    const trips = f.local('i32');
    const isLast = () => f.get(this.#end).i32(units).op('i32_eq');
    f.get(this.#end).get(this.#first).op('i32_sub');
    if (rest > 0) {
      isLast();
      f.op('i32_sub');
    }
    f.set(trips);
    walk.part(v, this.#first, trips, step, (deeper) => body(deeper, step));
    f.release(trips);
    if (rest > 0) {
      isLast();
      f.when(() => body(walk.shifted(v, full * step), rest));
    }
  }

  /** Pushes the byte address of a location in the thread's own memory, given its address for thread 0. */
  address(f: FunctionBuilder, address: number): void {
    f.i32(address);
    if (this.#instances !== null) f.global(this.#instances.own).op('i32_add');
  }
}
