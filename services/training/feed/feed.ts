// Feeds the rows of a run's next steps to the program. A program that holds the whole table has them already (resident.ts); for a table
// that does not fit, a window of rows follows the order of the epoch (window.ts). Neither changes any bit.

/** A sequence of rows to visit: those of `order` from index `from` up to `to` (exclusive). */
export interface Visit {
  readonly order: Int32Array;
  readonly from: number;
  readonly to: number;
  /** The epoch that seeds augmentation; null if the rows are visited unchanged. */
  readonly epoch: number | null;
}

export interface Feed {
  /** The most rows available at once. */
  readonly most: number;
  /** Starts a visit; the previous one may be unfinished. */
  begin(visit: Visit): void;
  /**
   * Makes at least `least` rows available from index `at` of the order on. Requests come in order, batch by batch: rows before `at` are not
   * requested again.
   * @returns where those rows begin in the program's own order, and how many are available
   */
  bring(at: number, least: number): Promise<{ cursor: number; rows: number }>;
  close(): Promise<void>;
}
