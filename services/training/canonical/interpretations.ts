// How a request was interpreted, and where each value was written, so that a later error names the place in the original request.

import type { Detail } from '#contracts/errors.ts';
import type { Interpretation } from '#contracts/interpreted.ts';

/** Enough even for a long request. */
const MOST = 200;

export class Interpretations {
  readonly list: Interpretation[] = [];
  readonly #moves: { from: string; to: string }[] = [];

  add(param: string, from: unknown, to: unknown): void {
    if (this.list.length < MOST) this.list.push({ param, from, to });
  }

  /** Records that what is read at path `to` was written at `from`. */
  moved(from: string, to: string): void {
    this.#moves.push({ from, to });
  }

  /** The same details, with the paths of the original request. */
  asWritten(details: readonly Detail[]): Detail[] {
    return details.map((detail) => {
      const { param } = detail;
      const move = this.#moves.findLast(
        ({ to }) => param === to || param.startsWith(`${to}.`) || param.startsWith(`${to}[`),
      );
      return move === undefined ? detail : { ...detail, param: move.from + param.slice(move.to.length) };
    });
  }
}
