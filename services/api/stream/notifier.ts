// Waits for a notification. One that arrives before anyone waits is remembered, so nothing between checking and waiting is missed.

export interface Notifier {
  notify(): void;
  /** True if notified; false after `ms` or if `stop` is aborted. */
  wait(ms: number, stop: AbortSignal): Promise<boolean>;
}

export function makeNotifier(): Notifier {
  let notified = false;
  let wake: (() => void) | null = null;
  return {
    notify() {
      notified = true;
      wake?.();
    },
    async wait(ms, stop) {
      if (!notified && !stop.aborted) {
        await new Promise<void>((resolve) => {
          const end = () => {
            clearTimeout(timer);
            stop.removeEventListener('abort', end);
            wake = null;
            resolve();
          };
          const timer = setTimeout(end, ms);
          stop.addEventListener('abort', end);
          wake = end;
        });
      }
      const seen = notified;
      notified = false;
      return seen;
    },
  };
}
