// A command of the command line: one file in commands/, and one line in commands/index.ts.

import type { Command } from 'commander';
import type { CliContext } from './context.ts';

/** Does the work, and tells the exit code; 0 where it returns nothing. */
// biome-ignore lint/suspicious/noExplicitAny: commander passes arguments by position, options last
export type Action = (context: CliContext, ...args: any[]) => Promise<number | undefined>;

/** Adds itself to the program; `run` wraps an action so that it gets its context. */
export type AddCommand = (
  program: Command,
  run: (action: Action) => (...args: unknown[]) => Promise<void>,
) => void;
