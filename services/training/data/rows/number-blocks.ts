// Numbers of unknown count, appended one by one: blocks instead of a doubling array, so that reading a large file never holds the numbers
// twice for long.

import { setImmediate as turn } from 'node:timers/promises';

const BLOCK = 2 ** 17;

export class NumberBlocks {
  #full: Float64Array[] = [];
  #block: Float64Array;
  #used = 0;
  #before = 0;

  /** @param expected how many numbers will come, if known: a few need no whole block */
  constructor(expected = BLOCK) {
    this.#block = new Float64Array(Math.max(1, Math.min(BLOCK, expected)));
  }

  get length(): number {
    return this.#before + this.#used;
  }

  push(value: number): void {
    if (this.#used === this.#block.length) {
      this.#full.push(this.#block);
      this.#before += this.#used;
      this.#block = new Float64Array(BLOCK);
      this.#used = 0;
    }
    this.#block[this.#used++] = value;
  }

  /** All numbers in one array. Frees each block once copied, and yields to the event loop. */
  async take(): Promise<Float64Array> {
    const all = new Float64Array(this.length);
    let offset = 0;
    const blocks = [...this.#full, this.#block.subarray(0, this.#used)].reverse();
    this.#full = [];
    this.#used = 0;
    this.#before = 0;
    for (let block = blocks.pop(); block !== undefined; block = blocks.pop()) {
      all.set(block, offset);
      offset += block.length;
      if (offset % (BLOCK * 16) === 0) await turn();
    }
    return all;
  }

  takeNow(): Float64Array {
    const all = new Float64Array(this.length);
    let offset = 0;
    for (const block of this.#full) {
      all.set(block, offset);
      offset += block.length;
    }
    all.set(this.#block.subarray(0, this.#used), offset);
    return all;
  }
}
