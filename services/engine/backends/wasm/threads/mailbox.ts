// Commands to a pool thread through words of shared memory, so that a command takes about a microsecond and needs no event loop. What does
// not fit into words (programs) is sent through a message port beforehand.

export const MAILBOX_WORDS = 8;

/** Index of each word. */
export const WORD = {
  /** Incremented with every order. */
  orders: 0,
  program: 1,
  entry: 2,
  steps: 3,
  cursor: 4,
  counter: 5,
} as const;

/** Takes the place of a program's number and ends the thread. */
export const END = -1;

/** Adds a program, as one thread sees it, or removes one. */
export type Delivery =
  | {
      readonly program: number;
      readonly module: WebAssembly.Module;
      readonly memory: WebAssembly.Memory;
      readonly thread: number;
      readonly own: number;
      readonly failed: number;
    }
  | { readonly program: number; readonly module: null };
