// Waiting for something to be worth a look. A bell that rang before anyone listened is still heard, so nothing that
// happens between looking and waiting is missed.

export interface Bell {
  ring(): void;
  /** True when it rang, false after `ms` or when `stop` was aborted. */
  wait(ms: number, stop: AbortSignal): Promise<boolean>;
}

export function makeBell(): Bell {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async wait(ms, stop) {
      if (!rung && !stop.aborted) {
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
      const heard = rung;
      rung = false;
      return heard;
    },
  };
}
