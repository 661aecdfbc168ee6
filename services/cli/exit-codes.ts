// The exit codes of the command line. Listed in its help and in docs/cli.md.

export const EXIT = {
  ok: 0,
  /** An internal error. */
  failed: 1,
  /** The command line or the request is wrong. */
  usage: 2,
  /** The service could not be reached. */
  unreachable: 3,
  jobFailed: 4,
  jobCancelled: 5,
  /** Ctrl-C; a watched job keeps running. */
  detached: 130,
} as const;

/** An expected error, reported as its message alone, without a stack trace. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.usage) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}
