// A trainer deep in an endless step: its event loop never turns again.

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
