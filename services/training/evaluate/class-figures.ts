// A confusion matrix, updated sample by sample, and per-class scores from its sums, defined as scikit-learn's confusion_matrix and
// precision_recall_fscore_support (0 for a division by zero).

import type { ClassFigures } from '#contracts/jobs/evaluation.ts';

export class Confusion {
  readonly #classes: number;
  readonly #keeps: boolean;
  readonly #matrix: Float64Array;
  readonly #right: Float64Array;
  readonly #said: Float64Array;
  readonly #wanted: Float64Array;

  /** @param most classes for which the matrix itself is kept; with more, only its sums */
  constructor(classes: number, most: number) {
    this.#classes = classes;
    this.#keeps = classes <= most;
    this.#matrix = new Float64Array(this.#keeps ? classes * classes : 0);
    this.#right = new Float64Array(classes);
    this.#said = new Float64Array(classes);
    this.#wanted = new Float64Array(classes);
  }

  add(wanted: number, said: number): void {
    if (this.#keeps) this.#matrix[wanted * this.#classes + said]!++;
    if (wanted === said) this.#right[said]!++;
    this.#said[said]!++;
    this.#wanted[wanted]!++;
  }

  /** counts[target][predicted], or null if there are too many classes. */
  get matrix(): number[][] | null {
    if (!this.#keeps) return null;
    const n = this.#classes;
    return Array.from({ length: n }, (_, i) => [...this.#matrix.subarray(i * n, (i + 1) * n)]);
  }

  figures(labels: readonly string[] | null): ClassFigures[] {
    return Array.from({ length: this.#classes }, (_, i) => {
      const [right, said, wanted] = [this.#right[i]!, this.#said[i]!, this.#wanted[i]!];
      const label = labels?.[i];
      return {
        class: i,
        ...(label === undefined ? {} : { label }),
        precision: said === 0 ? 0 : right / said,
        recall: wanted === 0 ? 0 : right / wanted,
        f1: said + wanted === 0 ? 0 : (2 * right) / (said + wanted),
        support: wanted,
      };
    });
  }
}
