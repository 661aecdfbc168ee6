// Waits for a condition instead of a guessed time.

import { setTimeout as sleep } from 'node:timers/promises';

/** Polls `look` until it returns a value other than null. Throws after `withinMs`. */
export async function until<T>(look: () => Promise<T | null> | T | null, withinMs = 15_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms`);
    await sleep(10);
  }
}
