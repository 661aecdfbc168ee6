// The first elements of every arena: where a run stands.

/** The number of the current step, the counter of its random numbers. */
export const COUNTER = 0;
/** Steps begun in this run. */
export const BEGUN = 1;
/** Where in the order the next step's batch begins. */
export const CURSOR = 2;
/** The number of the next step. */
export const NEXT = 3;
/** Key word of the program's random numbers. */
export const SEED = 4;
/** The number 1, which no compiler can know: see `unfolded` in expression.ts. */
export const ONE = 5;
/** Elements that the header takes. */
export const HEADER_SIZE = 16;
