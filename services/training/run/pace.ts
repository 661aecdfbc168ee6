// How many steps to take before checking for a stop: as many as fit in a few milliseconds, learned from previous runs. This only affects
// when pause and cancel are noticed, never what is computed.

const TURN_MS = 25;
/** A first measurement may be far off (code is still being optimized), so growth per run is capped. */
const GROWTH = 8;

export class Pace {
  #steps = 1;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get steps(): number {
    return this.#steps;
  }

  took(steps: number, milliseconds: number): void {
    const fitting = Math.floor((steps * TURN_MS) / Math.max(milliseconds, 1e-3));
    this.#steps = Math.max(1, Math.min(fitting, this.#steps * GROWTH, this.#most));
  }
}
