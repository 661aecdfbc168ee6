// Decodes tokens to text as far as it is final: incomplete UTF-8 characters are held back, and so is a possible beginning of a stop text.

export class TextSoFar {
  readonly #stop: readonly string[];
  readonly #decoder = new TextDecoder();
  #held = '';
  whole = '';
  isStopped = false;

  constructor(stop: readonly string[]) {
    this.#stop = stop;
  }

  /** @returns the text that has become final */
  add(bytes: Uint8Array): string {
    return this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  /** The remaining text; incomplete characters become �. */
  end(): string {
    const shown = this.#take(this.#decoder.decode());
    if (this.isStopped) return shown;
    const held = this.#held;
    this.#held = '';
    this.whole += held;
    return shown + held;
  }

  #take(text: string): string {
    if (this.isStopped) return '';
    this.#held += text;
    const at = this.#stop.map((stop) => this.#held.indexOf(stop)).filter((place) => place >= 0);
    this.isStopped = at.length > 0;
    const certain = this.isStopped ? Math.min(...at) : this.#held.length - this.#begun();
    const shown = this.#held.slice(0, certain);
    this.#held = this.isStopped ? '' : this.#held.slice(certain);
    this.whole += shown;
    return shown;
  }

  /** Length of the longest suffix of the held text that may begin a stop text. */
  #begun(): number {
    let longest = 0;
    for (const stop of this.#stop) {
      for (let length = Math.min(stop.length - 1, this.#held.length); length > longest; length--) {
        if (this.#held.endsWith(stop.slice(0, length))) longest = length;
      }
    }
    return longest;
  }
}
