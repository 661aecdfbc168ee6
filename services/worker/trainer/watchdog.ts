// A thread of the trainer that ends the process when its parent is gone. The 'disconnect' of the IPC channel says the
// same, but only to an event loop that turns, and a trainer's may be deep in a step.

import { workerData } from 'node:worker_threads';

/** Asked by the main thread when it starts: this thread may come up after the parent has died. */
const { parent } = workerData as { parent: number };

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, 1_000);
