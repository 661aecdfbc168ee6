// Brings the rows of a run's next steps to where the program reads them. A program that holds the whole table has them already
// (resident.ts); for a table that does not fit, a window of rows follows the order of the epoch (window.ts). Neither changes any bit.

/** Rows that are visited one after the other: those of an order from `from` on, up to `to`. */
export interface Visit {
  readonly order: Int32Array;
  readonly from: number;
  readonly to: number;
  /** The epoch that they are changed for where the job augments them; null where they are visited as they are. */
  readonly epoch: number | null;
}

export interface Feed {
  /** The most rows that are there at once. */
  readonly most: number;
  /** What is visited from now on; the visit before need not have come to its end. */
  begin(visit: Visit): void;
  /**
   * Brings the rows from place `at` of the order on, at least `least` of them. They are asked for in their order, batch
   * by batch: what stands before `at` is not asked for again.
   * @returns where in the program's own order they begin, and how many are there
   */
  bring(at: number, least: number): Promise<{ cursor: number; rows: number }>;
  close(): Promise<void>;
}
