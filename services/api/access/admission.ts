// Limits how many requests of one kind are processed at once. Further ones are told to retry later, instead of waiting with their
// connection and body.

import { Problem } from '#contracts/errors.ts';

export interface Admission {
  /** @throws Problem `unavailable` at the limit */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function openAdmission(most: number, what: string): Admission {
  let running = 0;
  return {
    async run(work) {
      if (running >= most) {
        throw new Problem('unavailable', `${running} ${what} are already being read, the limit; try again`);
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
