// The column that assigns each row to training, validation or test. It is not a feature.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { NumberBlocks } from '../rows/number-blocks.ts';
import { MARKS } from '../rows/split.ts';

/** Common names for the parts of a dataset. */
export const PART_NAMES: Readonly<Record<string, keyof typeof MARKS>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
};

const WORDS: typeof PART_NAMES = {
  ...PART_NAMES,
  // For a column that flags held-out rows.
  false: 'train',
  '0': 'train',
  true: 'validation',
  '1': 'validation',
};

export class SplitColumn {
  readonly #marks = new NumberBlocks();
  readonly #counts = { train: 0, validation: 0, test: 0 };

  /** Why the cell is invalid, or null. */
  push(cell: string): string | null {
    const word = cell.trim().toLowerCase();
    const part = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
    if (part === undefined) {
      const given = cell === '' ? 'the cell is empty' : `"${cell.slice(0, 100)}" is none of them`;
      return `the split column must be train, validation or test, or true for held-out rows: ${given}`;
    }
    this.#counts[part]++;
    this.#marks.push(MARKS[part]);
    return null;
  }

  async take(column: string): Promise<{ split: NonNullable<DatasetInfo['split']>; marks: Uint8Array }> {
    return { split: { column, ...this.#counts }, marks: Uint8Array.from(await this.#marks.take()) };
  }
}
