// A thread of the trainer that ends the process when its parent has died. The IPC channel's 'disconnect' event would say the same, but only
// to a running event loop, and a trainer's may be blocked in a step.

import { workerData } from 'node:worker_threads';

/** Read by the main thread at startup, because the parent may be dead by the time this thread starts. */
const { parent } = workerData as { parent: number };

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, 1_000);
