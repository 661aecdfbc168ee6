// A trainer stuck in an endless step, so that its event loop is blocked.

import { Worker } from 'node:worker_threads';

new Worker(new URL('../../services/worker/trainer/watchdog.ts', import.meta.url), {
  workerData: { parent: process.ppid },
}).unref();
process.send?.({ type: 'ready' }, () => {
  // Time for the watchdog thread to start.
  setTimeout(() => {
    for (;;);
  }, 300);
});
