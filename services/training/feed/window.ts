// A window of rows in the program's memory, in the order of the epoch: while the program trains on one, the next is filled. A window holds
// whole batches in visiting order, so the program reads it sequentially.

import type { Executable } from '#engine/backends/backend.ts';
import type { Filler } from '../data/rows/job-table.ts';
import type { Window } from '../data/rows/row-form.ts';
import type { Feed, Visit } from './feed.ts';

/** @param most rows that the program holds: a whole number of batches */
export function windowFeed(executable: Executable, filler: Filler, most: number): Feed {
  let visit: Visit = { order: new Int32Array(0), from: 0, to: 0, epoch: null };
  /** The range of the order that the program holds. */
  let here = { from: 0, to: 0 };
  /** The window being filled. One requested by an earlier visit may still be under way; its result is dropped. */
  let coming: { from: number; to: number; window: Promise<Window> } | null = null;

  const askFor = (from: number) => {
    coming = null;
    const to = Math.min(from + most, visit.to);
    if (from === to) return;
    const window = filler.fill(visit.order.subarray(from, to), visit.epoch);
    // Whoever awaits the window gets the error; a dropped one must not raise an unhandled rejection.
    window.catch(() => {});
    coming = { from, to, window };
  };
  return {
    most,
    begin(next) {
      visit = next;
      here = { from: next.from, to: next.from };
      askFor(next.from);
    },
    async bring(at, least) {
      if (at + least > here.to) {
        if (coming === null || at !== here.to)
          throw new Error(`rows ${at} to ${at + least} are not the next ones`);
        const { from, to, window } = coming;
        const { inputs, targets } = await window;
        executable.write('inputs', inputs, 0);
        executable.write('targets', targets, 0);
        here = { from, to };
        askFor(to);
      }
      return { cursor: at - here.from, rows: here.to - at };
    },
    close: () => filler.close(),
  };
}
