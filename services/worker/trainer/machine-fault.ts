// Recognizes errors of the machine rather than the job: the disk is full, or there is no room for another file or process. Another attempt,
// elsewhere or later, may succeed.

const MESSAGES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk of the worker is full',
  EDQUOT: 'the disk of the worker is full',
  EROFS: 'the disk of the worker is not writable',
  EIO: 'the disk of the worker has failed',
  EMFILE: 'the worker has too many open files',
  ENFILE: 'the machine of the worker has too many open files',
  ENOMEM: 'the machine of the worker is out of memory',
};

/** The message to report; null for any other error. */
export function machineFault(error: unknown): string | null {
  const { code } = (error ?? {}) as { code?: unknown };
  return (typeof code === 'string' && MESSAGES[code]) || null;
}
