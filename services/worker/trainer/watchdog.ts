// A thread of the trainer that ends the process when its parent is gone. The 'disconnect' of the IPC channel says the
// same, but only to an event loop that turns, and a trainer's may be deep in a step.

import { workerData } from 'node:worker_threads';

/** Determined by the main thread at start-up: this thread may start after the parent has died. */
const { parent } = workerData as { parent: number };

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, 1_000);
