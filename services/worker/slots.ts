// Limits how many jobs a worker trains concurrently. A call comes from a queue notification, or from the worker itself, which polls now and
// then because notifications can be lost. A slot keeps working as long as there are jobs, so a call that finds no free slot can return at
// once.

export interface Slots {
  /** Works until nothing is left to do; returns at once if all slots are taken. */
  fill(): Promise<void>;
  /** Resolves when all slots are free. */
  idle(): Promise<void>;
}

/** @param work resolves when it finds nothing more to do */
export function openSlots(count: number, work: () => Promise<void>): Slots {
  const taken = new Set<Promise<void>>();
  let calls = 0;
  const untilNothing = async () => {
    for (;;) {
      const before = calls;
      await work();
      // A call during `work` may have been turned away after `work` had already found nothing.
      if (calls === before) return;
    }
  };
  return {
    async fill() {
      calls += 1;
      if (taken.size >= count) return;
      const one = untilNothing();
      taken.add(one);
      try {
        await one;
      } finally {
        taken.delete(one);
      }
    },
    async idle() {
      await Promise.allSettled(taken);
    },
  };
}
