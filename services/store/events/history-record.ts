// The per-epoch values of a job as the store keeps them: a few hundred epochs per row, packed as float64, so that a million epochs of a
// tiny network take a few megabytes, and NaN is preserved.

/** Epochs in a full row. */
export const BLOCK_EPOCHS = 256;

export interface HistoryBlock {
  firstEpoch: number;
  names: readonly string[];
  /** [epochs, names] */
  values: Float64Array;
}

export interface HistoryStore {
  /**
   * Yields blocks in epoch order, a few per query. Epochs measured by several attempts come once, from the last attempt that measured them.
   * Nothing after `to`, and no block that ends before `from`.
   */
  read(jobId: string, range: { from: number; to: number }): AsyncIterable<HistoryBlock>;
}
