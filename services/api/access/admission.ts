// How much of one kind is at work at the same time. What comes on top is not kept waiting with its connection and its
// bytes: it is told to come back.

import { Problem } from '#contracts/errors.ts';

export interface Admission {
  /** @throws Problem `unavailable` where there are as many already */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function openAdmission(most: number, what: string): Admission {
  let running = 0;
  return {
    async run(work) {
      if (running >= most) {
        throw new Problem('unavailable', `${running} ${what} are being read, which is the limit; try again`);
      }
      running++;
      try {
        return await work();
      } finally {
        running--;
      }
    },
  };
}
