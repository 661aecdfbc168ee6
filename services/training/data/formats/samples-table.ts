// Lines of {"inputs": […], "target": …} as arrays: the first one sets the shapes.

import type { ReadTable } from '../table.ts';
import { fileProblem } from './file-problem.ts';
import { readInline } from './inline.ts';

/** Holds plain JavaScript arrays until the end: 8 bytes per number, no more than its text takes in the file. */
export class SamplesTable {
  readonly #inputs: unknown[] = [];
  readonly #targets: unknown[] = [];

  add(sample: Readonly<Record<string, unknown>>, line: number): void {
    const { inputs, target, targets = target, ...rest } = sample;
    const [unknown] = Object.keys(rest);
    if (unknown !== undefined || inputs === undefined || targets === undefined) {
      const why =
        unknown === undefined
          ? 'both inputs and target are needed'
          : `unknown key ${JSON.stringify(unknown.slice(0, 100))}: expected inputs and target`;
      throw fileProblem('malformed', `line ${line}: ${why}`, `rows[${line}]`);
    }
    this.#inputs.push(inputs);
    this.#targets.push(targets);
  }

  finish(): ReadTable {
    return readInline({ inputs: this.#inputs, targets: this.#targets });
  }
}
