// The texts of a column in sequence: their bytes in UTF-8, and where each one ends.

import { joined } from '../job/joined.ts';

export interface Texts {
  readonly bytes: Uint8Array;
  /** [texts]: end offset of each text in `bytes`. */
  readonly ends: Int32Array;
}

const BLOCK = 2 ** 20;

/** Collects texts as they are read. */
export class TextCells {
  readonly #full: Uint8Array[] = [];
  #block = new Uint8Array(4_096);
  #used = 0;
  #before = 0;
  readonly #ends: number[] = [];
  readonly #encoder = new TextEncoder();

  push(text: string): void {
    const most = text.length * 3;
    if (this.#block.length - this.#used < most) {
      this.#full.push(this.#block.subarray(0, this.#used));
      this.#before += this.#used;
      this.#block = new Uint8Array(Math.max(BLOCK, most));
      this.#used = 0;
    }
    this.#used += this.#encoder.encodeInto(text, this.#block.subarray(this.#used)).written;
    this.#ends.push(this.#before + this.#used);
  }

  take(): Texts {
    const bytes = joined([...this.#full, this.#block.subarray(0, this.#used)]);
    return { bytes, ends: Int32Array.from(this.#ends) };
  }
}

export function textAt({ bytes, ends }: Texts, index: number): string {
  return DECODER.decode(bytes.subarray(index === 0 ? 0 : ends[index - 1]!, ends[index]!));
}

const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** The texts of several tables, concatenated. */
export function joinTexts(parts: readonly Texts[]): Texts {
  const ends = new Int32Array(parts.reduce((sum, part) => sum + part.ends.length, 0));
  let [at, byte] = [0, 0];
  for (const part of parts) {
    for (const end of part.ends) ends[at++] = byte + end;
    byte += part.bytes.length;
  }
  return { bytes: joined(parts.map(({ bytes }) => bytes)), ends };
}
