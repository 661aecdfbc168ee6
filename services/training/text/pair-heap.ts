// Pairs of tokens by frequency: a heap in which an entry whose count has changed is corrected when it reaches the top.

/** Packs two token ids below 2¹⁶ into one key. */
export const pairKey = (left: number, right: number) => left * 2 ** 16 + right;
export const leftOf = (key: number) => Math.floor(key / 2 ** 16);
export const rightOf = (key: number) => key % 2 ** 16;

export class PairHeap {
  readonly #counts: ReadonlyMap<number, number>;
  readonly #keys: number[] = [];
  /** Count of each entry at the time it was pushed. */
  readonly #were: number[] = [];

  /** @param counts current count of every pair; the caller changes it while the heap is in use */
  constructor(counts: ReadonlyMap<number, number>) {
    this.#counts = counts;
    for (const key of counts.keys()) this.push(key);
  }

  /** To be called for a pair that is new or has become more frequent. */
  push(key: number): void {
    let at = this.#keys.length;
    this.#keys.push(key);
    this.#were.push(this.#counts.get(key) ?? 0);
    for (let up = (at - 1) >> 1; at > 0 && this.#before(at, up); at = up, up = (at - 1) >> 1)
      this.#swap(at, up);
  }

  /** The most frequent pair; ties go to the lowest token ids. Null if none is left. */
  pop(): { key: number; count: number } | null {
    while (this.#keys.length > 0) {
      const [key, was] = [this.#keys[0]!, this.#were[0]!];
      this.#remove();
      const count = this.#counts.get(key) ?? 0;
      if (count === was) return { key, count };
      if (count > 0 && count < was) this.push(key);
    }
    return null;
  }

  #remove(): void {
    const [key, was] = [this.#keys.pop()!, this.#were.pop()!];
    const size = this.#keys.length;
    if (size === 0) return;
    this.#keys[0] = key;
    this.#were[0] = was;
    for (let at = 0; ; ) {
      let best = at;
      for (const down of [2 * at + 1, 2 * at + 2]) if (down < size && this.#before(down, best)) best = down;
      if (best === at) return;
      this.#swap(at, best);
      at = best;
    }
  }

  #before(a: number, b: number): boolean {
    const [more, less] = [this.#were[a]!, this.#were[b]!];
    return more > less || (more === less && this.#keys[a]! < this.#keys[b]!);
  }

  #swap(a: number, b: number): void {
    const [key, was] = [this.#keys[a]!, this.#were[a]!];
    this.#keys[a] = this.#keys[b]!;
    this.#were[a] = this.#were[b]!;
    this.#keys[b] = key;
    this.#were[b] = was;
  }
}
