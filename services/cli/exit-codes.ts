// The exit codes of the command line. Listed in its help and in docs/cli.md.

export const EXIT = {
  ok: 0,
  /** Our own mistake. */
  failed: 1,
  /** The command line or the request is wrong. */
  usage: 2,
  /** The service was not reached. */
  unreachable: 3,
  /** The job failed. */
  jobFailed: 4,
  /** The job was cancelled. */
  jobCancelled: 5,
  /** Ctrl-C: a job that is watched goes on. */
  detached: 130,
} as const;

/** Something went wrong that is said plainly, in a line or a few. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.usage) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}
