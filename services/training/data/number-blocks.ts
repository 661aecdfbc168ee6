// Numbers of unknown count, appended one by one: blocks instead of an array that doubles, so that reading a large
// file never holds the numbers twice for long.

import { setImmediate as breathe } from 'node:timers/promises';

const BLOCK = 2 ** 17;

export class NumberBlocks {
  #full: Float64Array[] = [];
  #block = new Float64Array(BLOCK);
  #used = 0;

  get length(): number {
    return this.#full.length * BLOCK + this.#used;
  }

  push(value: number): void {
    if (this.#used === BLOCK) {
      this.#full.push(this.#block);
      this.#block = new Float64Array(BLOCK);
      this.#used = 0;
    }
    this.#block[this.#used++] = value;
  }

  /** All numbers in one array; the blocks are let go on the way, and the event loop gets its turns. */
  async take(): Promise<Float64Array> {
    const all = new Float64Array(this.length);
    let offset = 0;
    const blocks = [...this.#full, this.#block.subarray(0, this.#used)].reverse();
    this.#full = [];
    this.#used = 0;
    for (let block = blocks.pop(); block !== undefined; block = blocks.pop()) {
      all.set(block, offset);
      offset += block.length;
      if (offset % (BLOCK * 16) === 0) await breathe();
    }
    return all;
  }

  takeNow(): Float64Array {
    const all = new Float64Array(this.length);
    for (const [i, block] of this.#full.entries()) all.set(block, i * BLOCK);
    all.set(this.#block.subarray(0, this.#used), this.#full.length * BLOCK);
    return all;
  }
}
