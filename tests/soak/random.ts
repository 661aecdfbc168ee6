// Seeded randomness: mulberry32, and draws from it.

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A float in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer in [from, to). */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from));
  }

  one<T>(of: readonly T[]): T {
    return of[this.between(0, of.length)] as T;
  }

  /** A separate stream, derived from the name and this stream's current state: drawing from it does not advance this one. */
  branch(name: string): Random {
    let hash = this.#state;
    for (const letter of name) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0;
    return new Random(hash);
  }
}
