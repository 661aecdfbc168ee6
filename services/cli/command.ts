// A command of the command line: one file in commands/, and one line in commands/index.ts.

import type { Command } from 'commander';
import type { CliContext } from './context.ts';

/** Runs the command and returns the exit code; undefined means 0. */
// biome-ignore lint/suspicious/noExplicitAny: commander passes arguments by position, options last
export type Action = (context: CliContext, ...args: any[]) => Promise<number | undefined>;

/** Adds a command to the program; `run` wraps an action so that it receives its context. */
export type AddCommand = (
  program: Command,
  run: (action: Action) => (...args: unknown[]) => Promise<void>,
) => void;
