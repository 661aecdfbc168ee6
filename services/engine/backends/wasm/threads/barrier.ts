// A barrier in WebAssembly: a function that returns once every thread has called it. A waiting thread spins for some microseconds, then
// sleeps until the last one wakes it, so that on an oversubscribed machine spinning threads do not occupy the cores of others.

import { FunctionBuilder } from '../assembler/function-builder.ts';

/** Byte addresses of the barrier's words, each in a cache line of its own and initially 0. */
export interface BarrierWords {
  /** Number of threads that have arrived. */
  readonly arrived: number;
  /** Number of times the barrier has opened: changes when all have arrived. */
  readonly opened: number;
  /** Number of threads that are asleep or about to be. */
  readonly sleeping: number;
  /** Nonzero once a thread has failed and will never arrive. */
  readonly failed: number;
}

/** Distance between two words in bytes: two cache lines, for processors that prefetch pairs of lines. */
export const BARRIER_STRIDE = 128;
export const BARRIER_BYTES = 4 * BARRIER_STRIDE;

export function barrierWords(base: number): BarrierWords {
  const [arrived, opened, sleeping, failed] = [0, 1, 2, 3].map((i) => base + i * BARRIER_STRIDE);
  return { arrived: arrived!, opened: opened!, sleeping: sleeping!, failed: failed! };
}

/** Times to read the word before sleeping, each about a nanosecond: usually longer than the skew between threads on a kernel. */
const SPINS = 20_000;
/** Nanoseconds after which a sleeping thread checks whether another has failed. */
const NAP = 100_000_000;

export function emitBarrier(words: BarrierWords, threads: number): FunctionBuilder {
  const f = new FunctionBuilder(0);
  const { arrived, opened, sleeping, failed } = words;
  const before = f.local('i32');
  const left = f.local('i32');
  const closed = () => f.i32(opened).atomic('load').get(before).op('i32_eq');
  f.i32(opened).atomic('load').set(before);
  f.i32(arrived)
    .i32(1)
    .atomic('add')
    .i32(threads - 1)
    .op('i32_eq');
  f.when(
    () => {
      // The last thread to arrive opens the barrier. A sleeper registers in `sleeping` before it reads `opened`, so no wakeup is lost.
      f.i32(arrived).i32(0).atomic('store');
      f.i32(opened).i32(1).atomic('add').op('drop');
      f.i32(sleeping).atomic('load');
      f.when(() => f.i32(opened).i32(-1).atomic('notify').op('drop'));
    },
    () => {
      f.i32(SPINS).set(left);
      f.loop(
        () => f.get(left).i32(1).op('i32_sub').set(left),
        () => closed().get(left).i32(0).op('i32_ne').op('i32_and'),
      );
      closed();
      f.when(() => {
        f.i32(sleeping).i32(1).atomic('add').op('drop');
        f.loop(
          () => {
            f.i32(opened).get(before).i64(NAP).atomic('wait32').op('drop');
            f.i32(failed).atomic('load');
            f.when(() => f.unreachable());
          },
          () => closed(),
        );
        f.i32(sleeping).i32(-1).atomic('add').op('drop');
      });
    },
  );
  return f;
}
