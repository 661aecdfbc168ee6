// Remembers what was translated and where it stood, so that a later error names the place in the caller's own request.

import type { Detail } from '#contracts/errors.ts';
import type { Interpretation } from '#contracts/interpreted.ts';

/** Of a long request the first ones tell enough. */
const MOST = 200;

export class Telling {
  readonly interpreted: Interpretation[] = [];
  readonly #moves: { from: string; to: string }[] = [];

  tell(param: string, from: unknown, to: unknown): void {
    if (this.interpreted.length < MOST) this.interpreted.push({ param, from, to });
  }

  /** What is read at the path `to` was written at `from`. */
  moved(from: string, to: string): void {
    this.#moves.push({ from, to });
  }

  /** The same details, each under the path where the request says it. */
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
