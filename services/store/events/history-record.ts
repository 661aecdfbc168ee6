// The values of a job's epochs as the store keeps them: a few hundred epochs to a row, as packed float64, so that a million
// epochs of a tiny network are some megabytes, and NaN stays NaN.

/** Epochs in a row that is full. */
export const BLOCK_EPOCHS = 256;

export interface HistoryBlock {
  firstEpoch: number;
  names: readonly string[];
  /** [epochs, names] */
  values: Float64Array;
}

export interface HistoryStore {
  /**
   * Blocks in the order of their epochs, a few at a time. What several attempts measured is given once, by the last of
   * them that did; nothing after `to`, and nothing that is wholly before `from`.
   */
  read(jobId: string, range: { from: number; to: number }): AsyncIterable<HistoryBlock>;
}
