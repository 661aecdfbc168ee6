// The header at the start of every arena: the progress of a run.

/** Number of the current step: the counter of its random numbers. */
export const COUNTER = 0;
/** Number of steps begun in this run. */
export const BEGUN = 1;
/** Position in the order where the next step's batch starts. */
export const CURSOR = 2;
/** Number of the next step. */
export const NEXT = 3;
/** Key word of the program's random numbers. */
export const SEED = 4;
/** The number 1, hidden from the shader compiler: see `unfolded` in expression.ts. */
export const ONE = 5;
/** Size of the header, in elements. */
export const HEADER_SIZE = 16;
