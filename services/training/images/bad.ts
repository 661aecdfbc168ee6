// Collects unreadable images over a whole archive, so that one bad image does not keep the others from being checked.

import { type Detail, Problem } from '#contracts/errors.ts';
import type { Warning } from '#contracts/warnings.ts';
import { MAX_DETAILS } from '../data/formats/flatten.ts';
import { type Entry, shown } from './entries.ts';

/** Images read concurrently. */
const SIDE_BY_SIDE = 4;

export interface Named {
  readonly entry: Entry;
}

export class Bad {
  readonly #details: Detail[] = [];
  readonly #of: number;
  count = 0;

  constructor(of: number) {
    this.#of = of;
  }

  add(path: string, why: string): void {
    this.count++;
    if (this.#details.length >= MAX_DETAILS) return;
    this.#details.push({ param: 'file', code: 'corrupt_image', message: `"${shown(path)}": ${why}` });
  }

  throwUnless(skips: boolean, left: number): void {
    if (this.count === 0 || (skips && left > 0)) return;
    const more = this.count > this.#details.length ? `, the first ${this.#details.length} are listed` : '';
    const message = `${this.count} of ${this.#of} images cannot be read${more}; "corrupt": "skip" leaves them out: ${this.#details[0]!.message}`;
    throw new Problem('invalid_dataset', message, this.#details);
  }

  warnings(): Warning[] {
    if (this.count === 0) return [];
    const message = `${this.count} images could not be read and were left out, such as ${this.#details[0]!.message}`;
    return [{ code: 'corrupt_images', param: 'file', message }];
  }
}

/** The results in order; null for a failure, which is added to `bad`. */
export async function each<P extends Named, T>(
  pictures: readonly P[],
  bad: Bad,
  work: (picture: P, i: number) => Promise<T | null>,
): Promise<(T | null)[]> {
  const results = new Array<T | null>(pictures.length).fill(null);
  const wrong: (string | undefined)[] = [];
  let next = 0;
  const take = async () => {
    while (next < pictures.length) {
      const i = next++;
      try {
        results[i] = await work(pictures[i]!, i);
      } catch (error) {
        wrong[i] = reasonOf(error);
      }
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, take));
  for (const [i, why] of wrong.entries()) if (why !== undefined) bad.add(pictures[i]!.entry.path, why);
  return results;
}

/** The first line of the libvips error. */
function reasonOf(error: unknown): string {
  const [first = 'it cannot be read'] = String((error as Error).message ?? error)
    .trim()
    .split('\n');
  return first.slice(0, 200);
}
