// What this machine computes on, asked in a process of its own: a driver that crashes or hangs takes nothing with it. Says one
// message to its parent, and ends.

import { devicesHere } from '#training/devices-here.ts';

process.send?.(await devicesHere(), undefined, {}, () => process.exit(0));
