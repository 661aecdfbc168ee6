// Token ids of unknown count, appended in blocks.

const BLOCK = 2 ** 18;

export class TokenBlocks {
  readonly #full: Int32Array[] = [];
  #block = new Int32Array(1024);
  #used = 0;

  push(tokens: readonly number[]): void {
    for (const token of tokens) {
      if (this.#used === this.#block.length) {
        this.#full.push(this.#block);
        this.#block = new Int32Array(BLOCK);
        this.#used = 0;
      }
      this.#block[this.#used++] = token;
    }
  }

  take(): Int32Array {
    const all = new Int32Array(this.#full.reduce((sum, { length }) => sum + length, this.#used));
    let at = 0;
    for (const block of this.#full) {
      all.set(block, at);
      at += block.length;
    }
    all.set(this.#block.subarray(0, this.#used), at);
    return all;
  }
}
