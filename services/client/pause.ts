// An abortable delay, and the back-off between retries.

/** Resolves after `ms`. @throws the signal's reason when it is aborted */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** Milliseconds to wait before attempt number `attempt` (from 1): doubles up to 5 s, reduced by up to half at random. */
export function backoff(attempt: number): number {
  return Math.min(5_000, 200 * 2 ** (attempt - 1)) * (1 - Math.random() / 2);
}
