// A stream of bytes that must be text.

import { fileProblem } from './file-problem.ts';

/** The bytes must be UTF-8 without NUL: anything else is another encoding, or not text. */
export class Utf8Check {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });

  check(piece: Uint8Array): void {
    if (piece.includes(0)) throw fileProblem('not_csv', 'the file is not a CSV: it holds NUL bytes');
    this.#decode(piece, true);
  }

  end(): void {
    this.#decode(new Uint8Array(0), false);
  }

  #decode(piece: Uint8Array, stream: boolean): void {
    try {
      this.#decoder.decode(piece, { stream });
    } catch {
      throw fileProblem('not_utf8', 'the file is not text in UTF-8: save it as UTF-8');
    }
  }
}
